import type { JobState } from '../workspaces/live-training.ts';
import type { FetchedView } from '../workspaces/live-transfers.ts';

export type { FetchedView, JobState };

/** What goes between this machine and the sites of runs. It goes on when its page is left. */
export interface TransferService {
  /** The start of a run in this project: while its project is copied to the site it says how far that is. */
  watchStart(projectId: string, signal: AbortSignal): AsyncIterable<JobState<{ readonly runId: string }>>;
  /** Stops that copying; what was copied stays there, and the next start goes on from it. */
  stopStart(projectId: string): Promise<void>;
  /** Begins to bring the outputs of a run here, or of one instance; what is here already is not copied again. */
  fetchOutputs(projectId: string, runId: string, instanceId: string | null): Promise<void>;
  stopOutputs(projectId: string, runId: string, instanceId: string | null): Promise<void>;
  watchOutputs(
    projectId: string,
    runId: string,
    instanceId: string | null,
    signal: AbortSignal,
  ): AsyncIterable<JobState<FetchedView>>;
}
