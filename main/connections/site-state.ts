import type { SiteReach } from '../providers/site.ts';

/** What a site is doing now, for the target picker and the Connections page. */
export interface SiteState {
  readonly reach: SiteReach;
  /** When the rest was read, milliseconds since the epoch; null: never, and then it is empty. */
  readonly readAt: number | null;
  readonly partitions: readonly PartitionState[];
  readonly ownJobs: { readonly running: number; readonly pending: number };
  /** Slurm's fair-share factor of the user, 0 to 1, of which 0.5 is an even share; null where it cannot be read. */
  readonly fairShare: number | null;
}

export interface PartitionState {
  readonly name: string;
  readonly isDefault: boolean;
  readonly available: boolean;
  /** Null: no limit. */
  readonly maxSeconds: number | null;
  readonly nodes: { readonly idle: number; readonly total: number };
  readonly cpus: { readonly idle: number; readonly total: number };
}
