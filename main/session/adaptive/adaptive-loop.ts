import type { Clock } from '../../platform/clock.ts';
import { decide } from '../../scaling/decide.ts';
import {
  type Decision,
  NO_MEMORY,
  type ScalerMemory,
  type ScaleSettings,
  type ScalingState,
} from '../../scaling/state.ts';

export interface AdaptiveLoopParts {
  readonly clock: Clock;
  /** Assembled anew for every decision. */
  readonly look: () => ScalingState | Promise<ScalingState>;
  /** Carries a decision out and records it. A rejection is told to `failed`, and the loop goes on. */
  readonly apply: (decision: Decision, state: ScalingState) => Promise<void>;
  readonly failed: (error: unknown) => void;
  readonly settings: ScaleSettings;
}

/**
 * Decides again and again how many workers a live run should have. One decision at a time; one that fails is told
 * and does not end the loop. Numbers set by hand win until they are released.
 */
export class AdaptiveLoop {
  readonly #parts: AdaptiveLoopParts;
  readonly #byHand = new Map<string, number>();
  #settings: ScaleSettings;
  #memory: ScalerMemory = NO_MEMORY;
  #timer: NodeJS.Timeout | null = null;
  #deciding: Promise<void> | null = null;
  #latest: Decision | null = null;

  constructor(parts: AdaptiveLoopParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
  }

  get on(): boolean {
    return this.#timer !== null;
  }

  get settings(): ScaleSettings {
    return this.#settings;
  }

  /** Workers that a person has set, by tag. */
  get byHand(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#byHand);
  }

  get latest(): Decision | null {
    return this.#latest;
  }

  /** The first decision comes after one interval; `decideNow` has one at once. */
  start(): void {
    if (this.#timer !== null) return;
    this.#timer = setInterval(() => this.decideNow(), this.#settings.intervalSeconds * 1000);
    this.#timer.unref();
  }

  /** What has been decided stays as it is. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#deciding;
  }

  change(settings: ScaleSettings): void {
    const pace = settings.intervalSeconds !== this.#settings.intervalSeconds;
    this.#settings = settings;
    if (!this.on) return;
    if (pace && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
      this.start();
    }
    this.decideNow();
  }

  hold(workersByTag: Readonly<Record<string, number>>): void {
    for (const [tag, workers] of Object.entries(workersByTag)) this.#byHand.set(tag, workers);
  }

  release(tags: readonly string[]): void {
    for (const tag of tags) this.#byHand.delete(tag);
    if (this.on) this.decideNow();
  }

  /** Does nothing while an earlier decision is being carried out. */
  decideNow(): void {
    this.#deciding ??= this.#decide()
      .catch((error: unknown) => this.#parts.failed(error))
      .finally(() => {
        this.#deciding = null;
      });
  }

  async #decide(): Promise<void> {
    const state = await this.#parts.look();
    const decision = decide(state, this.#withByHand(), this.#memory);
    this.#memory = decision.memory;
    this.#latest = decision;
    await this.#parts.apply(decision, state);
  }

  /** A tag that a person has set has that number as its floor and its ceiling. */
  #withByHand(): ScaleSettings {
    if (this.#byHand.size === 0) return this.#settings;
    return {
      ...this.#settings,
      minWorkers: { ...this.#settings.minWorkers, ...this.byHand },
      maxWorkers: { ...this.#settings.maxWorkers, ...this.byHand },
    };
  }
}
