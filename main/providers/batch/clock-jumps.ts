import type { Timer } from './timer.ts';

/** Clocks are corrected in small steps all the time. */
const NOTHING_MS = 2000;

/**
 * Notices that the wall clock was set, or stood still for the app: a laptop that slept. What was waited for meanwhile has
 * not waited that long, and a clock that was set back must not make anything wait until it is late again.
 */
export class ClockJumps {
  readonly #timer: Timer;
  #wall: number;
  #steady: number;

  constructor(timer: Timer) {
    this.#timer = timer;
    this.#wall = timer.now();
    this.#steady = timer.steady?.() ?? this.#wall;
  }

  /** Milliseconds by which the wall clock went ahead, or back, beside the time that passed since the last call; mostly 0. */
  since(): number {
    const wall = this.#timer.now();
    const steady = this.#timer.steady?.() ?? wall;
    const jump = wall - this.#wall - (steady - this.#steady);
    this.#wall = wall;
    this.#steady = steady;
    return Math.abs(jump) < NOTHING_MS ? 0 : Math.round(jump);
  }
}
