import { poolLimits } from '../../scaling/limits.ts';
import type { ScaleSettings, ScalingState } from '../../scaling/state.ts';

/** Work that goes on without ending costs too. What is kept in reserve lasts for two intervals of this. */
const LOOK_EVERY_MS = 5000;
/** However many tasks end at once. */
const REST_MS = 500;

export interface BudgetCeilingParts {
  readonly look: () => Promise<ScalingState>;
  /** Milliseconds. */
  readonly now: () => number;
  readonly settings: () => ScaleSettings;
  /** Has no more workers than these of any tag. */
  readonly cap: (most: Readonly<Record<string, number>>, sentence: string) => Promise<void>;
  readonly reached: (sentence: string) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Keeps a run within its budget, whoever decides about workers: as the money left gets short it allows fewer of them, and when
 * it pays for no further task and nothing runs any more, it says so. Without a budget, or without prices, it does nothing.
 */
export class BudgetCeiling {
  readonly #parts: BudgetCeilingParts;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #reached = false;
  #most: Readonly<Record<string, number>> | null = null;
  #loweredAt = 0;

  constructor(parts: BudgetCeilingParts) {
    this.#parts = parts;
  }

  /** Resolves when the first ceiling holds. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.#timer.unref();
    this.look();
    await this.#looking;
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  async within(wished: Readonly<Record<string, number>>): Promise<Readonly<Record<string, number>>> {
    if (!this.#limits) return wished;
    const most = this.#allowed(await this.#parts.look());
    if (most === null) return wished;
    return Object.fromEntries(
      Object.entries(wished).map(([tag, count]) => [tag, Math.min(count, most[tag] ?? count)]),
    );
  }

  /** Something may have changed. */
  look(): void {
    const now = this.#parts.now();
    if (this.#timer === null || this.#looking || !this.#limits || now - this.#lookedAt < REST_MS) return;
    this.#lookedAt = now;
    this.#looking = this.#look()
      .catch((error: unknown) => this.#parts.failed(error))
      .finally(() => {
        this.#looking = null;
      });
  }

  async #look(): Promise<void> {
    const state = await this.#parts.look();
    const allowed = this.#allowed(state);
    const most = this.#steady(allowed, state.at);
    if (allowed === null || most === null || this.#timer === null) return;
    await this.#parts.cap(most, this.#sentence(state));
    // What is held back only for a while is not the end.
    if (this.#reached || !isOver(state, allowed)) return;
    this.#reached = true;
    this.#parts.reached(this.#sentence(state));
  }

  get #limits(): boolean {
    return this.#parts.settings().budgetUsd !== null;
  }

  /** Lower at once, but higher only when some time has passed since: what is promised to running work comes and goes. */
  #steady(
    allowed: Readonly<Record<string, number>> | null,
    at: number,
  ): Readonly<Record<string, number>> | null {
    const before = this.#most;
    if (before === null || allowed === null) {
      this.#most = allowed;
      this.#loweredAt = at;
      return allowed;
    }
    const calm = at - this.#loweredAt >= this.#parts.settings().cooldownSeconds;
    const most = Object.fromEntries(
      Object.entries(allowed).map(([tag, count]) => [
        tag,
        calm ? count : Math.min(count, before[tag] ?? count),
      ]),
    );
    if (Object.entries(most).some(([tag, count]) => count < (before[tag] ?? count))) this.#loweredAt = at;
    this.#most = most;
    return most;
  }

  /** By tag; null where no budget limits anything. */
  #allowed(state: ScalingState): Readonly<Record<string, number>> | null {
    const settings = this.#parts.settings();
    if (settings.budgetUsd === null || state.pools.every(({ usdPerHour }) => usdPerHour <= 0)) return null;
    const limits = poolLimits(state, settings);
    return Object.fromEntries(
      state.pools.flatMap(({ tag, usdPerHour }, at) =>
        usdPerHour > 0 ? [[tag, limits[at]?.most ?? 0] as const] : [],
      ),
    );
  }

  #sentence({ spentUsd }: ScalingState): string {
    const budget = this.#parts.settings().budgetUsd ?? 0;
    return `Of the budget of ${usd(budget)}, ${usd(spentUsd)} is spent: what is left has to pay for what runs and for every task that begins.`;
  }
}

/** Nothing may begin, nothing runs, and there is work. A worker that got its work in a pack is at it until the worker has gone. */
function isOver({ pools, stages }: ScalingState, most: Readonly<Record<string, number>>): boolean {
  const still = pools.every(
    ({ tag, busy, idle, starting, commitmentSeconds }) =>
      most[tag] === 0 &&
      busy === 0 &&
      starting.length === 0 &&
      (commitmentSeconds === undefined || idle === 0),
  );
  return still && stages.some(({ ready, waiting }) => ready.length + waiting.length > 0);
}

function usd(value: number): string {
  return `$${value.toFixed(2)}`;
}
