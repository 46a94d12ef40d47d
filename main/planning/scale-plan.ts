import type { DeploymentSpec, Objective, Policy } from '../manifest/spec.ts';
import type {
  CostEstimate,
  DeploymentProvider,
  ResourceRequest,
  ScalePlan,
  WorkerTime,
} from '../providers/provider.ts';
import type { PlannedInstance } from '../telemetry/events.ts';
import { DependencyGraph } from './dependency-graph.ts';
import { frontEvidence, timeRange } from './front-evidence.ts';
import { choosePoint } from './objective.ts';
import type { FrontEvidence, FrontPoint, Plan, PlanOptions } from './plan.ts';
import {
  noDurations,
  notJudged,
  someDurations,
  startNotCounted,
  tooLong,
  walltimeOf,
} from './scale-notes.ts';
import { type ScheduledWork, simulateSchedule } from './schedule.ts';
import { assumedSeconds } from './unknown-durations.ts';
import { workerTime } from './worker-time.ts';

export interface ScaleChoice {
  readonly scalePlan: ScalePlan;
  readonly cost: CostEstimate | null;
  readonly timeSeconds: number | null;
  readonly front: readonly FrontPoint[];
  readonly frontEvidence: FrontEvidence | null;
  readonly notes: Plan['notes'];
}

export interface ScaleInput {
  readonly spec: DeploymentSpec;
  readonly provider: DeploymentProvider;
  readonly instances: readonly PlannedInstance[];
  /** Component → its largest request. Every component that may get workers is here. */
  readonly resources: Readonly<Record<string, ResourceRequest>>;
  readonly options: PlanOptions;
  readonly policy: Policy;
  /** Null where nobody asked for one: then the number of workers is the one written in the manifest. */
  readonly objective: Objective | null;
  /** From asking for a worker until it can work, as measured on this target; default 0. */
  readonly startupSeconds?: number;
}

/** How many workers each component gets, and what that takes in time and money. */
export async function planScale(input: ScaleInput): Promise<ScaleChoice> {
  const { spec, options, instances, provider, resources } = input;
  const fixed = options.workers
    ? byHand(options.workers, resources)
    : input.policy === 'manual' || input.objective === null
      ? workersFor(input, maxTotal(input))
      : null;
  const durations = instances.map((instance) => instance.predicted.wallSeconds?.point ?? null);
  const known = durations.filter((seconds) => seconds !== null);
  const unknown = durations.length - known.length;
  const assumed = assumedSeconds(
    { count: known.length, seconds: known.reduce((sum, seconds) => sum + seconds, 0) },
    unknown,
  );
  const deadline = options.deadlineHours ?? spec.objectives.deadlineHours;
  const budgetUsd = options.budgetUsd ?? spec.objectives.budgetUsd;
  if (instances.length === 0 || assumed === null) {
    const workers = fixed ?? workersFor(input, maxTotal(input));
    const scalePlan = { ...workers, resources };
    const notes =
      unknown > 0 ? [noDurations(unknown, instances.length), ...notJudged(deadline, budgetUsd)] : [];
    return {
      scalePlan,
      cost: null,
      timeSeconds: null,
      front: [],
      frontEvidence: null,
      notes,
    };
  }

  const graph = await DependencyGraph.of(instances);
  const work = instances.map((instance, at) => scheduledWork(instance, durations[at] ?? assumed));
  const time = workerTime(
    instances,
    work.map(({ seconds }) => seconds),
    input.startupSeconds ?? 0,
  );
  const evaluate = (workers: Workers) => pointFor(input, work, graph, workers, time);
  const front: FrontPoint[] = [];
  for (const total of candidateTotals(Math.min(maxTotal(input), instances.length)))
    front.push(await evaluate(workersFor(input, total)));

  const bounds = {
    seconds: deadline === null ? spec.target.walltimeSeconds : deadline * 3600,
    budgetUsd,
    isSafe: input.policy === 'safe',
  };
  const chosen = fixed
    ? choosePoint([await evaluate(fixed)], 'balance', bounds)
    : choosePoint(front, input.objective ?? 'balance', bounds);
  const workers = fixed ?? workersFor(input, chosen.point.workers);
  const scalePlan = { ...workers, resources };
  return {
    scalePlan,
    cost: provider.estimateCost(spec, scalePlan, time),
    timeSeconds: chosen.point.timeSeconds,
    front,
    frontEvidence: await frontEvidence(work, graph, front),
    notes: [
      ...chosen.notes,
      ...(unknown > 0 ? [someDurations(unknown, instances.length)] : []),
      ...startNotCounted(spec, input.startupSeconds),
      ...tooLong(instances, spec),
    ],
  };
}

type Workers = Pick<ScalePlan, 'workers'> & { readonly total: number };

async function pointFor(
  { spec, provider, resources, instances, startupSeconds = 0 }: ScaleInput,
  work: readonly ScheduledWork[],
  graph: DependencyGraph,
  { workers, total }: Workers,
  time: readonly WorkerTime[],
): Promise<FrontPoint> {
  const capacity = provider.capacity(spec);
  const { makespanSeconds } = await simulateSchedule(work, graph, {
    workers: total,
    workersByTag: workers,
    // Only this machine is shared by all workers; elsewhere the capacity is that of one node.
    machine: spec.target.provider === 'local' ? capacity : null,
    startupSeconds,
    walltimeSeconds: walltimeOf(spec),
  });
  return {
    workers: total,
    workersByTag: workers,
    timeSeconds: makespanSeconds,
    timeRange: timeRange(
      makespanSeconds,
      total,
      work,
      instances.map(({ predicted }) => predicted.wallSeconds),
    ),
    costUsd: provider.estimateCost(spec, { workers, total, resources }, time)?.usd ?? null,
    workerHours: (total * makespanSeconds) / 3600,
  };
}

function scheduledWork(instance: PlannedInstance, seconds: number): ScheduledWork {
  const { cpus, memoryBytes } = instance.request;
  return { tag: instance.component, seconds, cpus, memoryBytes: memoryBytes ?? 0 };
}

/** Workers at once over all tags that the manifest and the target allow. */
function maxTotal({ spec, provider, resources }: ScaleInput): number {
  const written = spec.target.maxWorkers ?? spec.target.adaptive?.maximum ?? null;
  const tags = Object.keys(resources);
  const perTag = tags.map((tag) => spec.scaling.maxWorkers[tag]);
  const summed = perTag.some((limit) => limit === undefined)
    ? null
    : perTag.reduce((sum: number, limit) => sum + (limit ?? 0), 0);
  const allowed = written ?? summed ?? provider.capacity(spec)?.maxWorkers ?? Math.max(1, tags.length);
  return Math.max(1, allowed);
}

/** Each tag may have up to all of the workers: who gets how many at a moment follows the work there is. */
function workersFor({ spec, resources }: ScaleInput, total: number): Workers {
  const workers = Object.fromEntries(
    Object.keys(resources).map((tag) => {
      const least = spec.scaling.minWorkers[tag] ?? 0;
      const most = spec.scaling.maxWorkers[tag] ?? total;
      return [tag, Math.max(Math.min(total, most), Math.min(least, most))];
    }),
  );
  return { workers, total: Math.max(total, ...Object.values(workers)) };
}

/** Counts given by hand are kept to the letter; a tag that is not named gets one worker. */
function byHand(
  counts: Readonly<Record<string, number>>,
  resources: Readonly<Record<string, ResourceRequest>>,
): Workers {
  const workers = Object.fromEntries(Object.keys(resources).map((tag) => [tag, counts[tag] ?? 1]));
  return { workers, total: Object.values(workers).reduce((sum, count) => sum + count, 0) };
}

/** 1, 2, 3, 4, 6, 8, 12, 16, … and the most: steps of at most a half, so that the front stays short. */
export function candidateTotals(most: number): number[] {
  const totals = [];
  for (let power = 1; power < most; power *= 2) {
    totals.push(power);
    if (power >= 2 && power * 1.5 < most) totals.push(power * 1.5);
  }
  return [...totals, most];
}
