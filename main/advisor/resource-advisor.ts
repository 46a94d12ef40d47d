import type { HistoryRow } from '../telemetry/views.ts';
import { HistoryAdvisor } from './history-advisor.ts';
import { DEFAULT_SEED } from './training/defaults.ts';
import { runJob } from './training/run-job.ts';
import { summariseAll } from './training/train-all.ts';

/** Quantiles of measured usage: explainable, always there, blind to inputs. */
export class ResourceAdvisor extends HistoryAdvisor {
  /**
   * @param dir a project folder, its `.scalable` folder, `.scalable/runs`, or a folder with run directories of the
   * reference package. Nothing there is no failure: then the manifest answers, and says why.
   */
  static async fromHistory(dir: string): Promise<ResourceAdvisor> {
    const { tasks, note } = await runJob({
      kind: 'summarise',
      source: { kind: 'folder', dir },
      seed: DEFAULT_SEED,
    });
    return new ResourceAdvisor(tasks, 'quantile', note ?? undefined);
  }

  static fromRows(rows: readonly HistoryRow[]): ResourceAdvisor {
    return new ResourceAdvisor(summariseAll(rows, DEFAULT_SEED), 'quantile');
  }
}
