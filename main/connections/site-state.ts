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
  /** Jobs that wait in each partition, as far as the site shows other people's; an array counts as one. */
  readonly queues: readonly QueueState[];
  /** When Slurm expects the next of the user's waiting jobs to start, milliseconds since the epoch; null where it cannot say. */
  readonly nextStart: number | null;
}

export interface QueueState {
  readonly partition: string;
  readonly waiting: number;
  /** Place of the user's first waiting job by priority, from 1; null: none of theirs waits. */
  readonly place: number | null;
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
