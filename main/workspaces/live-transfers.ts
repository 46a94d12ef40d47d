import { LiveJobs } from './live-training.ts';

/** What a fetch of outputs has brought, without its 100,000 paths. */
export interface FetchedView {
  /** `user@login.hpc.edu`; null: the run wrote into these folders itself, and nothing was to be fetched. */
  readonly site: string | null;
  /** Files. */
  readonly copied: number;
  readonly alreadyHere: number;
  /** Outputs that finished tasks had declared, and how many of them are not there. */
  readonly outputs: number;
  readonly missing: number;
  /** All are in it; null without outputs. */
  readonly folder: string | null;
  /** The first of them. */
  readonly examples: readonly { readonly instanceId: string; readonly name: string; readonly path: string }[];
}

/** What this process copies to and from the sites of runs. */
export class LiveTransfers {
  /** By project: runs that are being started or taken up again, one at a time. */
  readonly starts = new LiveJobs<{ readonly runId: string }>();
  /** By run, or instance of a run. */
  readonly outputs = new LiveJobs<FetchedView>();

  get isBusy(): boolean {
    return this.starts.isBusy || this.outputs.isBusy;
  }

  async cancelAll(): Promise<void> {
    await Promise.all([this.starts.cancelAll(), this.outputs.cancelAll()]);
  }
}
