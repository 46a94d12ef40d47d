import type { RunReport } from '../telemetry/views.ts';
import type { ScalingControl } from './adaptive/scaling-view.ts';
import type { LiveState, RunChange } from './live-state.ts';
import type { ScoutControl } from './scouts/scout-view.ts';

/** A run in this process: what the API, the command line and the SDK hold while it goes. */
export interface RunHandle {
  readonly runId: string;
  live(): LiveState;
  /** At most four times a second, always once more at the end. Returns the way to stop listening. */
  onChange(listener: (change: RunChange) => void): () => void;
  /** Ends what runs, keeps what finished; the run is `cancelled`. */
  cancel(): Promise<void>;
  cancelInstances(instanceIds: readonly string[]): Promise<void>;
  /** Tries failed instances again in this run, with a larger request where one is given. */
  retry(
    instanceIds: readonly string[],
    request: { memoryBytes?: number; walltimeSeconds?: number },
  ): Promise<void>;
  /** Workers by hand: they win over the scaler until they are released. */
  scale(workersByTag: Readonly<Record<string, number>>): Promise<void>;
  readonly scaling: ScalingControl;
  readonly scouts: ScoutControl;
  workerCount(tag: string): number;
  /** Stops on purpose without deciding: state is saved and the run is `interrupted`, to be resumed. */
  interrupt(): Promise<void>;
  /**
   * The same for work at a site, when all of it has been handed over that can be: it goes on there, and a resume finds it.
   * @returns elements of arrays that begin only when the run is resumed
   */
  leave(): Promise<readonly { readonly arrayId: string; readonly index: number }[]>;
  /** Resolves when the run has ended and all of it is on disk. */
  readonly finished: Promise<RunReport>;
}
