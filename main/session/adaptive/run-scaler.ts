import type { DeploymentSpec } from '../../manifest/spec.ts';
import type { Clock } from '../../platform/clock.ts';
import type {
  Capacity,
  ClusterEvent,
  ClusterHandle,
  ScalePlan,
  WorkerPrice,
} from '../../providers/provider.ts';
import { shareTotal } from '../../scaling/limits.ts';
import type { Decision, ScaleSettings, ScalingState } from '../../scaling/state.ts';
import type { EngineRecorder } from '../engine-options.ts';
import type { LiveInstance } from '../live-instance.ts';
import type { LiveState } from '../live-state.ts';
import { AdaptiveLoop } from './adaptive-loop.ts';
import { BudgetCeiling } from './budget-ceiling.ts';
import { DecisionOutcome, inputsOf } from './decision-outcome.ts';
import { RunBudget } from './run-budget.ts';
import { RunScaling, scaleSettings } from './run-scaling.ts';
import type { LatestDecision, ScalingControl, ScalingView } from './scaling-view.ts';
import { difference, sameCounts } from './worker-difference.ts';

/** What is taken for the start of a worker before one was measured, seconds. */
const USUAL_START = { local: 0.1, elsewhere: 60 } as const;

export interface RunScalerParts {
  readonly runId: string;
  readonly spec: DeploymentSpec;
  readonly scalePlan: ScalePlan;
  /** Whether the scaler decides from the beginning. */
  readonly adaptive: boolean;
  readonly startedAt: number;
  readonly clock: Clock;
  readonly cluster: ClusterHandle;
  /** On which all workers are; null where each brings its own. */
  readonly machine: Capacity | null;
  readonly recorder: EngineRecorder;
  readonly instances: () => Iterable<LiveInstance>;
  readonly busyCount: (tag: string) => number;
  /** What a worker of a tag costs; null: nothing, or nobody knows. */
  readonly price: (tag: string) => WorkerPrice | null;
  /** What an earlier process of this run was billed for. */
  readonly billed: readonly { readonly workerId: string; readonly usd: number }[];
  readonly failed: (error: unknown) => void;
  /** The budget has no room for another task, and nothing runs any more. Told once. */
  readonly budgetReached: (sentence: string) => void;
}

/** How many workers a run has: by its plan at first, then by hand or by the scaler. Every change is recorded. */
export class RunScaler implements ScalingControl {
  readonly #parts: RunScalerParts;
  readonly #watch: RunScaling;
  readonly #loop: AdaptiveLoop;
  #wanted: Readonly<Record<string, number>>;
  #latest: LatestDecision | null = null;
  #outcome: DecisionOutcome | null = null;
  #outcomeFrom = 0;
  readonly #budget: RunBudget;
  readonly #ceiling: BudgetCeiling;
  /** What was wished before the budget had its say. */
  #intended: Readonly<Record<string, number>>;
  #begun = false;
  #adaptive: boolean;

  constructor(parts: RunScalerParts) {
    this.#parts = parts;
    this.#wanted = parts.scalePlan.workers;
    this.#intended = this.#wanted;
    this.#adaptive = parts.adaptive;
    this.#budget = new RunBudget(parts.price, parts.billed);
    this.#watch = new RunScaling({
      clock: parts.clock,
      startedAt: parts.startedAt,
      tags: Object.keys(parts.scalePlan.workers),
      instances: parts.instances,
      workerCount: (tag) => parts.cluster.workerCount(tag),
      busyCount: parts.busyCount,
      walltimeSeconds: parts.spec.target.walltimeSeconds,
      usualStartSeconds: parts.spec.target.provider === 'local' ? USUAL_START.local : USUAL_START.elsewhere,
      workersComeWithWork: parts.cluster.state !== undefined,
      budget: this.#budget,
      ...(parts.machine && { machine: parts.machine }),
    });
    this.#ceiling = new BudgetCeiling({
      look: () => this.#watch.look(),
      now: () => parts.clock.now(),
      settings: () => this.#loop.settings,
      cap: (most, sentence) => this.#cap(most, sentence),
      reached: parts.budgetReached,
      failed: parts.failed,
    });
    this.#loop = new AdaptiveLoop({
      clock: parts.clock,
      settings: scaleSettings(parts.spec, parts.scalePlan),
      look: () => this.#look(),
      apply: (decision, state) => this.#apply(decision, state),
      failed: parts.failed,
    });
  }

  /** The wished workers per tag. */
  get wanted(): Readonly<Record<string, number>> {
    return this.#wanted;
  }

  hear(event: ClusterEvent, instance: LiveInstance | undefined): void {
    this.#watch.hear(event, instance);
    if (event.type === 'task_finished' || event.type === 'worker_billed') this.#ceiling.look();
  }

  /** Asks for the plan's workers, or leaves it to the scaler. */
  async begin(): Promise<void> {
    this.#begun = true;
    await this.#ceiling.start();
    const shared = this.#shared(this.#wanted);
    if (sameCounts(shared, this.#wanted)) {
      this.#watch.wished(this.#wanted);
      await this.#parts.cluster.scale(this.#wanted);
    } else
      await this.#wish(shared, {
        reasoning: `All tags together may have ${this.#loop.settings.maxTotal}: they share them by the work that waits, until more is known.`,
        confidence: null,
        predictedCompletionSeconds: null,
        by: 'scaler',
      });
    if (this.#adaptive) this.#loop.start();
  }

  /** Null where time is not sold. */
  money(): LiveState['money'] | null {
    const spentUsd = this.#budget.spentUsd(this.#parts.clock.now());
    if (spentUsd === 0 && Object.keys(this.#wanted).every((tag) => this.#budget.usdPerHour(tag) === 0))
      return null;
    return { spentUsd: Math.round(spentUsd * 100) / 100, budgetUsd: this.#loop.settings.budgetUsd };
  }

  async byHand(workersByTag: Readonly<Record<string, number>>): Promise<void> {
    this.#loop.hold(workersByTag);
    this.#intended = { ...this.#intended, ...workersByTag };
    const affordable = await this.#ceiling.within({ ...this.#wanted, ...workersByTag });
    await this.#wish(this.#shared(affordable), {
      reasoning: 'Asked for by hand.',
      confidence: null,
      predictedCompletionSeconds: null,
      by: 'user',
    });
  }

  view(): ScalingView {
    return {
      adaptive: this.#adaptive,
      settings: this.#loop.settings,
      byHand: this.#loop.byHand,
      latest: this.#latest,
    };
  }

  async change(wishes: { adaptive?: boolean; settings?: Partial<ScaleSettings> }): Promise<void> {
    if (wishes.settings) this.#loop.change({ ...this.#loop.settings, ...wishes.settings });
    if (wishes.adaptive === undefined || wishes.adaptive === this.#adaptive) return;
    this.#adaptive = wishes.adaptive;
    if (!this.#begun) return;
    if (wishes.adaptive) {
      this.#loop.start();
      this.#loop.decideNow();
    } else await this.#loop.stop();
  }

  async release(tags: readonly string[]): Promise<void> {
    this.#loop.release(tags);
  }

  /** The run is over: nothing is decided any more. */
  async end(): Promise<void> {
    this.#ceiling.stop();
    await this.#loop.stop();
    this.#tellOutcome();
  }

  async #look(): Promise<ScalingState> {
    const state = await this.#watch.look();
    this.#outcome?.look(state);
    return state;
  }

  async #apply(decision: Decision, state: ScalingState): Promise<void> {
    const { confidence, predictedCompletion, reasoning, workers } = decision;
    this.#latest = { at: this.#parts.clock.now(), workers, reasoning, confidence, predictedCompletion };
    const wished = { ...this.#wanted, ...workers };
    this.#intended = wished;
    if (sameCounts(wished, this.#wanted)) return;
    this.#tellOutcome();
    const at = await this.#wish(wished, {
      reasoning,
      confidence,
      predictedCompletionSeconds: predictedCompletion?.point ?? null,
      by: 'scaler',
      inputs: inputsOf(state),
    });
    this.#outcome = new DecisionOutcome(at, state);
    this.#outcomeFrom = state.at;
  }

  /** Never more than the budget allows, and again what was wished when it allows that. */
  async #cap(most: Readonly<Record<string, number>>, reasoning: string): Promise<void> {
    const capped = this.#shared(
      Object.fromEntries(
        Object.entries(this.#intended).map(([tag, count]) => [tag, Math.min(count, most[tag] ?? count)]),
      ),
    );
    if (sameCounts(capped, this.#wanted)) return;
    const decision = { reasoning, confidence: null, predictedCompletionSeconds: null, by: 'scaler' as const };
    await this.#wish(capped, { ...decision, inputs: inputsOf(this.#watch.state()) });
  }

  /**
   * While the scaler decides, wishes never sum above the total; what a person has set comes first. Without it each tag may
   * have all there are: who has how many follows the work, and the cluster keeps the total.
   */
  #shared(wished: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    if (!this.#adaptive) return wished;
    const { maxTotal, minWorkers } = this.#loop.settings;
    const state = this.#watch.state();
    const least = { ...minWorkers, ...this.#loop.byHand };
    const counts = shareTotal(
      state,
      (_, tag) => ({ count: wished[tag] ?? 0, least: least[tag] ?? 0 }),
      maxTotal,
    );
    return { ...wished, ...Object.fromEntries(state.pools.map(({ tag }, at) => [tag, counts[at] ?? 0])) };
  }

  async #wish(
    wished: Readonly<Record<string, number>>,
    decision: {
      reasoning: string;
      confidence: number | null;
      predictedCompletionSeconds: number | null;
      by: 'user' | 'scaler';
      inputs?: ReturnType<typeof inputsOf>;
    },
  ): Promise<number> {
    const { recorder, runId, clock, cluster } = this.#parts;
    const before = this.#wanted;
    const at = clock.now();
    this.#wanted = wished;
    this.#watch.wished(wished);
    recorder.record({ type: 'scale_decision', runId, at, ...difference(before, wished), ...decision });
    await cluster.scale(wished);
    return at;
  }

  #tellOutcome(): void {
    const outcome = this.#outcome;
    if (!outcome) return;
    this.#outcome = null;
    outcome.look(this.#watch.state());
    const { recorder, runId } = this.#parts;
    recorder.record({
      type: 'scale_outcome',
      runId,
      at: outcome.at,
      outcome: outcome.sentence(this.#outcomeFrom),
    });
  }
}
