/** What an instance takes from the machine while it runs. */
export interface Demand {
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface Waiting extends Demand {
  /** How many that came later have been started before this one, because it did not fit. */
  readonly overtaken: number;
}

export interface Pick<T> {
  readonly next: T;
  /** Those that waited longer and did not fit: each has been overtaken once more. */
  readonly overtook: readonly T[];
}

/** After so many were let past, the machine is kept free for the one that waits. */
export const MAX_OVERTAKEN = 32;
/** How far to look behind one that does not fit. */
export const LOOK_AHEAD = 64;

/** A request of null memory counts as none: nobody said what it needs. */
export function fits(demand: Demand, free: Demand): boolean {
  return demand.cpus <= free.cpus && demand.memoryBytes <= free.memoryBytes;
}

/**
 * The next to start: the first that fits, in order of waiting. A large one may be overtaken by smaller ones that use
 * the room meanwhile, but only `MAX_OVERTAKEN` times; then nothing starts before it, and the room becomes free.
 */
export function nextToStart<T extends Waiting>(waiting: Iterable<T>, free: Demand): Pick<T> | null {
  const overtook: T[] = [];
  for (const candidate of waiting) {
    if (fits(candidate, free)) return { next: candidate, overtook };
    if (candidate.overtaken >= MAX_OVERTAKEN || overtook.length >= LOOK_AHEAD) return null;
    overtook.push(candidate);
  }
  return null;
}
