import type { Advisor } from '../../advisor/advisor.ts';
import type { DeploymentSpec, Params } from '../../manifest/spec.ts';
import type { Plan, TaskPlan } from '../../planning/plan.ts';
import { manifestRequest, sizingQuery } from '../../planning/sizing.ts';
import { formatDuration, formatMemory, MIB, parseMemory } from '../../platform/units.ts';
import type { ResourceRequest } from '../../providers/provider.ts';
import type { PlannedInstance } from '../../telemetry/events.ts';
import type { TaskAdvice } from '../advisor-views.ts';
import type { ReasonedEdit } from './edit-preview.ts';

type Shown = TaskAdvice['current'];

/**
 * For each task of the manifest what its component must hold: the largest request among the instances that the
 * plan would run. A task that the caller's own code brings has none; its inputs are not known beforehand.
 *
 * @param plan made with this advisor
 */
export function adviceFor(
  spec: DeploymentSpec,
  plan: Pick<Plan, 'tasks' | 'instances' | 'terms'>,
  advisor: Advisor,
): readonly TaskAdvice[] {
  const largest = largestInstances(plan.instances);
  return plan.tasks.flatMap((line) => {
    const task = spec.tasks[line.task];
    if (!task) return [];
    const instance = largest.get(line.task) ?? null;
    const { terms } = plan;
    const sizing = advisor.size(sizingQuery(task, instance?.features ?? {}, { spec, terms }));
    const current = shown(manifestRequest(spec, task));
    return {
      task: task.name,
      component: task.component,
      current,
      recommended:
        sizing.method === 'manifest' ? current : shown(inWholeMib(instance ? line.largest : sizing.request)),
      method: sizing.method,
      confidence: sizing.confidence,
      predicted: sizing.predicted,
      sentence: instance ? `${largestOf(instance, line)} ${sizing.evidence.reason}` : sizing.evidence.reason,
    };
  });
}

/** The one that asks for most memory; where none asks for any, for most time. The first of equals. */
function largestInstances(instances: readonly PlannedInstance[]): ReadonlyMap<string, PlannedInstance> {
  const largest = new Map<string, PlannedInstance>();
  for (const instance of instances) {
    const known = largest.get(instance.task);
    if (!known || asksForMore(instance.request, known.request)) largest.set(instance.task, instance);
  }
  return largest;
}

function asksForMore(a: ResourceRequest, b: ResourceRequest): boolean {
  const memory = (a.memoryBytes ?? 0) - (b.memoryBytes ?? 0);
  return memory === 0 ? (a.walltimeSeconds ?? 0) > (b.walltimeSeconds ?? 0) : memory > 0;
}

function largestOf({ id, params }: PlannedInstance, { instances, smallest, largest }: TaskPlan): string {
  if (instances === 1) return 'It has one instance.';
  if (smallest.memoryBytes === largest.memoryBytes)
    return `All ${instances.toLocaleString('en')} instances need the same.`;
  const inputs = inputsText(params);
  return `Enough for ${id}${inputs && ` (${inputs})`}, the largest of ${instances.toLocaleString('en')} instances.`;
}

function inputsText(params: Params): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

export function shown({ cpus, memoryBytes, walltimeSeconds }: ResourceRequest): Shown {
  return {
    cpus,
    memory: memoryBytes === null ? null : formatMemory(memoryBytes),
    walltime: walltimeSeconds === null ? null : formatDuration(walltimeSeconds),
  };
}

/** A request cut to what the machine has is no round number, and nobody writes such bytes into a manifest. */
function inWholeMib(request: ResourceRequest): ResourceRequest {
  const { memoryBytes } = request;
  if (memoryBytes === null || memoryBytes < MIB) return request;
  return { ...request, memoryBytes: Math.floor(memoryBytes / MIB) * MIB };
}

const CPUS_REASON = 'In 95 of 100 measured attempts no more were busy.';
const WALLTIME_REASON = 'Half as much again as what 995 of 1,000 such attempts are expected to take.';

/** Name of the overlay that sets this value for the target; null where the base does. */
export type OverlayOf = (path: readonly string[]) => string | null;

/**
 * The manifest edits that follow from advice for some tasks. A component that several tasks share gets what the
 * hungriest needs, and is never lowered while a task that was not chosen uses it. A time limit is the task's own.
 * A value that the target's overlay sets is changed there, because that is where it counts.
 */
export function editsFor(
  advice: readonly TaskAdvice[],
  tasks: readonly string[],
  overlayOf: OverlayOf,
): readonly ReasonedEdit[] {
  const chosen = advice.filter((item) => tasks.includes(item.task) && item.method !== 'manifest');
  const edit = (path: readonly string[], value: unknown, reason: string): ReasonedEdit => {
    const overlay = overlayOf(path);
    return { path: overlay === null ? path : ['overlays', overlay, ...path], value, reason };
  };
  const components = [...new Set(chosen.map((item) => item.component))];
  return [
    ...components.flatMap((component) => {
      const users = advice.filter((item) => item.component === component);
      const wanted = users.map((item) => (chosen.includes(item) ? item.recommended : item.current));
      const reason = chosen
        .filter((item) => item.component === component)
        .map((item) => item.sentence)
        .join(' ');
      const bytes = wanted.flatMap((item) => (item.memory === null ? [] : (parseMemory(item.memory) ?? [])));
      const cpus = Math.max(...wanted.map((item) => item.cpus));
      const path = ['components', component];
      const edits: ReasonedEdit[] = [];
      if (bytes.length > 0) edits.push(edit([...path, 'memory'], formatMemory(Math.max(...bytes)), reason));
      if (cpus !== users[0]?.current.cpus) edits.push(edit([...path, 'cpus'], cpus, CPUS_REASON));
      return edits;
    }),
    ...chosen
      .filter(({ current, recommended }) => recommended.walltime !== current.walltime)
      .map(({ task, recommended }) =>
        edit(['tasks', task, 'walltime'], recommended.walltime, WALLTIME_REASON),
      ),
  ];
}
