import type { Logger } from '../../platform/logger.ts';
import type { SiteReach } from '../site.ts';
import type { BatchEngine } from './batch-engine.ts';
import type { JobStore } from './job-store.ts';
import type { PollPace } from './poll-interval.ts';
import type { Timer } from './timer.ts';

export interface BatchOptions {
  readonly runId: string;
  readonly engine: BatchEngine;
  readonly jobs: JobStore;
  readonly logger: Logger;
  /** What the site is called, for people. */
  readonly site: string;
  /** What an element should take at least, in seconds. Default 300. */
  readonly chunkTargetSeconds?: number;
  /** Elements at once over all tags; null: not limited. */
  readonly maxWorkers: number | null;
  /** No request is rounded up beyond it; null: not known. */
  readonly maxMemoryBytes: number | null;
  /** The longest time limit the site grants an element; null: not known. */
  readonly maxElementSeconds: number | null;
  readonly onReachable?: (listener: (reach: SiteReach) => void) => () => void;
  readonly timer?: Timer;
  readonly pace?: PollPace;
  /** Silence of queue and accounting after which work is lost. Default 600. */
  readonly lostAfterSeconds?: number;
}
