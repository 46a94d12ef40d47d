import type { TaskInstance } from '../provider.ts';

/** Calls known to be shorter than this are handed over several at a time: a message costs as much as they do. */
const SHORT_SECONDS = 0.002;
/** About so much work in a bundle. */
const BUNDLE_SECONDS = 0.008;
const LARGEST_BUNDLE = 32;
/** So many calls must have been seen before they are trusted to be short. */
const ENOUGH_CALLS = 32;
const SMOOTHING = 0.05;

/** How many calls of a function a worker is given at once; learned from how long they took. */
export class CallBundles {
  readonly #seen = new Map<string, { calls: number; meanSeconds: number }>();

  size(instance: TaskInstance): number {
    const seen = this.#seen.get(keyOf(instance));
    if (!seen || seen.calls < ENOUGH_CALLS || seen.meanSeconds > SHORT_SECONDS) return 1;
    if ((instance.predictedSeconds ?? 0) > SHORT_SECONDS) return 1;
    return Math.max(
      1,
      Math.min(LARGEST_BUNDLE, Math.floor(BUNDLE_SECONDS / Math.max(1e-6, seen.meanSeconds))),
    );
  }

  took(instance: TaskInstance, seconds: number): void {
    const seen = this.#seen.get(keyOf(instance)) ?? { calls: 0, meanSeconds: seconds };
    const meanSeconds = seen.meanSeconds + SMOOTHING * (seconds - seen.meanSeconds);
    // One long call ends the trust: others may hide behind it.
    const calls = seconds > BUNDLE_SECONDS ? 0 : seen.calls + 1;
    this.#seen.set(keyOf(instance), { calls, meanSeconds });
  }

  /** It ended its worker: from now on alone, until it has behaved for a while. */
  distrust(instance: TaskInstance): void {
    this.#seen.delete(keyOf(instance));
  }
}

function keyOf({ task, work }: TaskInstance): string {
  return work.kind === 'function' ? `${task} ${work.module}#${work.name}` : task;
}
