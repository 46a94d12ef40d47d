/** What a simulation replays. Times are seconds since its beginning. */
export interface Workload {
  readonly name: string;
  readonly tasks: readonly SimTask[];
  /** Each is done when all of its members are: `needs` of tasks name them, so that N × M edges are N + M. */
  readonly barriers: readonly (readonly number[])[];
  readonly pools: readonly Pool[];
  /** Workers at once over all tags; null: no other limit than the pools'. */
  readonly maxTotal: number | null;
}

export interface SimTask {
  readonly task: string;
  readonly tag: string;
  /** How long it really takes. Policies never see it before it is over. */
  readonly seconds: number;
  /** What was predicted; null: nobody could say. */
  readonly predictedSeconds: number | null;
  /** Nothing is known of it before. 0: known from the beginning. */
  readonly arrivesAt: number;
  /** Positions of tasks, and of barriers counted on from the number of tasks. */
  readonly needs: readonly number[];
  /** Killed after this; null: not limited. */
  readonly limitSeconds: number | null;
}

export interface Pool {
  readonly tag: string;
  readonly minWorkers: number;
  readonly maxWorkers: number;
  /** From asking until the site gives the worker: not paid for. */
  readonly queueWait: Latency;
  /** From then until it can work: paid for. */
  readonly startUp: Latency;
  /** A worker is ended after this, work and all; null: never. */
  readonly walltimeSeconds: number | null;
  readonly usdPerHour: number;
  /** Probability that an attempt is lost to its machine somewhere on its way and made again. */
  readonly failureRate: number;
}

/** Log-normal: the median, and the standard deviation of the logarithm. */
export interface Latency {
  readonly median: number;
  readonly spread: number;
}
