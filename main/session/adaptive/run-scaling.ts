import type { DeploymentSpec } from '../../manifest/spec.ts';
import type { Clock } from '../../platform/clock.ts';
import { assertNever } from '../../platform/errors.ts';
import type { Capacity, ClusterEvent, ScalePlan } from '../../providers/provider.ts';
import { DEFAULT_SETTINGS } from '../../scaling/policies/predictive.ts';
import type { PoolState, ScaleSettings, ScalingState, StageState } from '../../scaling/state.ts';
import { countOf } from '../../scaling/work-bag.ts';
import type { LiveInstance } from '../live-instance.ts';
import type { RunBudget } from './run-budget.ts';
import { RunStages } from './run-stages.ts';
import { WorkerStarts } from './worker-starts.ts';

/** What the manifest says about scaling, for a run that follows a plan. */
export function scaleSettings(spec: DeploymentSpec, plan: ScalePlan): ScaleSettings {
  const { scaling, objectives, target } = spec;
  const tags = Object.keys(plan.workers);
  const bounds = target.adaptive;
  const most = bounds?.maximum ?? target.maxWorkers;
  return {
    ...DEFAULT_SETTINGS,
    minWorkers: Object.fromEntries(tags.map((tag) => [tag, scaling.minWorkers[tag] ?? bounds?.minimum ?? 0])),
    maxWorkers: Object.fromEntries(
      tags.map((tag) => [tag, scaling.maxWorkers[tag] ?? most ?? Math.max(1, plan.workers[tag] ?? 1)]),
    ),
    maxTotal: target.maxWorkers ?? bounds?.maximum ?? plan.total ?? null,
    scaleUpThreshold: scaling.scaleUpThreshold,
    scaleDownThreshold: scaling.scaleDownThreshold,
    cooldownSeconds: scaling.cooldownSeconds,
    objective: objectives.objective,
    policy: objectives.policy,
    budgetUsd: objectives.budgetUsd,
    deadlineSeconds: objectives.deadlineHours === null ? null : objectives.deadlineHours * 3600,
  };
}

/** Short work goes to a site in packs of about so long. */
const PACK_SECONDS = 300;

export interface RunScalingParts {
  readonly clock: Clock;
  readonly startedAt: number;
  readonly tags: readonly string[];
  readonly instances: () => Iterable<LiveInstance>;
  readonly workerCount: (tag: string) => number;
  readonly busyCount: (tag: string) => number;
  readonly walltimeSeconds: number | null;
  /** Before anything was measured. */
  readonly usualStartSeconds: number;
  readonly budget: RunBudget;
  /** A site's workers come with the work they do: without work nobody is on the way, however many are wished. */
  readonly workersComeWithWork?: boolean;
  /** On which all workers are; absent where each brings its own. */
  readonly machine?: Pick<Capacity, 'cpus' | 'memoryBytes'>;
}

/** Follows a run from its cluster's events, and shows it as the scaler wants to see it. */
export class RunScaling {
  readonly #parts: RunScalingParts;
  readonly #stages: RunStages;
  readonly #starts = new WorkerStarts();
  #wished: Readonly<Record<string, number>> = {};

  constructor(parts: RunScalingParts) {
    this.#parts = parts;
    const { machine } = parts;
    this.#stages = new RunStages(
      machine &&
        (({ cpus, memoryBytes }) => Math.max(cpus / machine.cpus, (memoryBytes ?? 0) / machine.memoryBytes)),
    );
  }

  hear(event: ClusterEvent, instance: LiveInstance | undefined): void {
    this.#parts.budget.hear(event);
    switch (event.type) {
      case 'worker_added':
        this.#starts.came(event.tag, event.at);
        return;
      case 'task_started':
        this.#stages.began(event.instanceId, event.at);
        return;
      case 'task_finished': {
        if (!instance) return;
        const { outcome, usage } = event.result;
        this.#stages.ended(instance, outcome === 'succeeded' ? usage.wallSeconds : null);
        return;
      }
      case 'worker_removed':
      case 'worker_billed':
      case 'task_sample':
      case 'task_returned':
        return;
      default:
        assertNever(event);
    }
  }

  /** These many workers are wished from now on. */
  wished(workersByTag: Readonly<Record<string, number>>): void {
    this.#wished = { ...this.#wished, ...workersByTag };
    if (this.#parts.workersComeWithWork) return;
    for (const tag of Object.keys(workersByTag)) this.#noteMissing(tag, Number.POSITIVE_INFINITY);
  }

  state(): ScalingState {
    const now = this.#parts.clock.now();
    return this.#stateOf(this.#stages.states(this.#parts.instances(), now), now);
  }

  /** The same, without holding up anything else where instances are many. */
  async look(): Promise<ScalingState> {
    const now = this.#parts.clock.now();
    return this.#stateOf(await this.#stages.statesInTurns(this.#parts.instances(), now), now);
  }

  #stateOf(stages: readonly StageState[], now: number): ScalingState {
    const { startedAt, tags } = this.#parts;
    if (this.#parts.workersComeWithWork)
      for (const tag of tags)
        this.#noteMissing(
          tag,
          stages.reduce((ready, stage) => ready + (stage.tag === tag ? countOf(stage.ready) : 0), 0),
        );
    return {
      at: Math.max(0, now - startedAt) / 1000,
      pools: tags.map((tag) => this.#pool(tag, now)),
      stages,
      arrivals: [],
      spentUsd: this.#parts.budget.spentUsd(now),
    };
  }

  #noteMissing(tag: string, most: number): void {
    const { workerCount, clock } = this.#parts;
    const missing = Math.max(0, (this.#wished[tag] ?? 0) - workerCount(tag));
    this.#starts.wished(tag, Math.min(missing, most), clock.now());
  }

  #pool(tag: string, now: number): PoolState {
    const { workerCount, busyCount, walltimeSeconds, usualStartSeconds, workersComeWithWork } = this.#parts;
    const workers = workerCount(tag);
    const busy = Math.min(workers, busyCount(tag));
    return {
      tag,
      busy,
      idle: workers - busy,
      starting: this.#starts.starting(tag, now),
      startup: this.#starts.startup(tag, usualStartSeconds),
      usdPerHour: this.#parts.budget.usdPerHour(tag),
      walltimeSeconds,
      ...(workersComeWithWork && { commitmentSeconds: PACK_SECONDS }),
    };
  }
}
