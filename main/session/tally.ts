import { FINAL_STATES, type InstanceState, type PlannedInstance } from '../telemetry/events.ts';
import type { TaskCounts } from '../telemetry/views.ts';
import type { LiveInstance } from './live-instance.ts';
import { expect, learn, newPace, type TaskPace } from './progress.ts';

/** Counts that follow each change of state, so that nobody walks over 100,000 instances to draw a bar. */
export class Tally {
  /** What is left of each task, and how fast it goes. */
  readonly paces = new Map<string, TaskPace>();
  readonly #counts: { -readonly [State in keyof TaskCounts]: number } = {
    total: 0,
    waiting: 0,
    queued: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    cached: 0,
    skipped: 0,
  };
  readonly #tags = new Map<string, { queued: number; running: number }>();

  add(instance: LiveInstance): void {
    this.#counts.total++;
    this.#counts[instance.state]++;
    this.#expect(instance, 1);
  }

  /** Sets the state of an instance; the only place that does. */
  move(instance: LiveInstance, to: InstanceState): void {
    const from = instance.state;
    instance.state = to;
    this.#counts[from]--;
    this.#counts[to]++;
    const tag = this.#tag(instance);
    if (from === 'queued' || from === 'running') tag[from]--;
    if (to === 'queued' || to === 'running') tag[to]++;
    const [wasOpen, isOpen] = [!FINAL_STATES.has(from), !FINAL_STATES.has(to)];
    if (wasOpen !== isOpen) this.#expect(instance, isOpen ? 1 : -1);
  }

  /** It was sized anew before it was handed out. */
  replan(instance: LiveInstance, planned: PlannedInstance): void {
    const open = !FINAL_STATES.has(instance.state);
    if (open) this.#expect(instance, -1);
    instance.planned = planned;
    instance.predictedSeconds = planned.predicted.wallSeconds?.point ?? null;
    if (open) this.#expect(instance, 1);
  }

  /** A success took this long. */
  learn(instance: LiveInstance, seconds: number): void {
    learn(this.#pace(instance), seconds, instance.predictedSeconds);
  }

  /** Instances that have not ended. */
  get open(): number {
    return this.#counts.waiting + this.#counts.queued + this.#counts.running;
  }

  /** Instances that wait while nothing else is left that could set them free. */
  get onlyWaiting(): boolean {
    return this.#counts.waiting > 0 && this.#counts.queued + this.#counts.running === 0;
  }

  counts(): TaskCounts {
    return { ...this.#counts };
  }

  tagLoad(tag: string): { readonly busy: number; readonly queued: number } {
    const load = this.#tags.get(tag);
    return { busy: load?.running ?? 0, queued: load?.queued ?? 0 };
  }

  #expect(instance: LiveInstance, sign: 1 | -1): void {
    expect(this.#pace(instance), instance.predictedSeconds, instance.planned.request, sign);
  }

  #pace({ planned }: LiveInstance): TaskPace {
    let pace = this.paces.get(planned.task);
    if (!pace) {
      pace = newPace();
      this.paces.set(planned.task, pace);
    }
    return pace;
  }

  #tag({ planned }: LiveInstance) {
    let tag = this.#tags.get(planned.component);
    if (!tag) {
      tag = { queued: 0, running: 0 };
      this.#tags.set(planned.component, tag);
    }
    return tag;
  }
}
