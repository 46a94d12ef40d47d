import { existsSync } from 'node:fs';
import type { SizingMode } from '../planning/plan.ts';
import { assertNever } from '../platform/errors.ts';
import type { Advisor } from './advisor.ts';
import { HistoryAdvisor } from './history-advisor.ts';
import { ManifestAdvisor } from './manifest-advisor.ts';
import type { Preference } from './sizing/size-task.ts';
import { DEFAULT_SEED } from './training/defaults.ts';
import type { Job } from './training/job.ts';
import { runJob } from './training/run-job.ts';

export interface PlanningAdvisorOptions {
  readonly database: string;
  readonly modelsFolder: string;
  readonly sizing: SizingMode;
  readonly seed?: number;
}

/**
 * The advisor that a plan is made with. Reading, loading and fitting happen in a worker thread.
 *
 * - `manifest` what the manifest says · `quantile` percentiles of measured usage · `learned` models wherever they can
 *   answer · `auto` and `scouts` per task whatever wasted less on held-out runs.
 *
 * Answers come from our own evaluator also for 10,000 instances and more: with the models of `auto` it is done before
 * ONNX Runtime has opened a file (the figures are in `onnx/load-runtime.ts`).
 *
 * @throws AppError `E_MODEL_FILE`, `E_MODEL_NEWER`, `E_TRAINING_STOPPED`, `E_TELEMETRY_…`
 */
export async function advisorForPlanning(options: PlanningAdvisorOptions): Promise<Advisor> {
  const { sizing, database, modelsFolder, seed = DEFAULT_SEED } = options;
  if (sizing === 'manifest') return new ManifestAdvisor('The manifest was asked for.');
  if (!existsSync(database)) return new ManifestAdvisor();
  const source = { kind: 'database', path: database } as const;
  const job: Job =
    sizing === 'quantile'
      ? { kind: 'summarise', source, seed }
      : { kind: 'plan', source, modelsFolder, seed };
  const { tasks, note } = await runJob(job);
  return new HistoryAdvisor(tasks, preferenceOf(sizing), note ?? undefined);
}

function preferenceOf(sizing: Exclude<SizingMode, 'manifest'>): Preference {
  switch (sizing) {
    case 'quantile':
    case 'learned':
      return sizing;
    case 'auto':
    case 'scouts':
      return 'better';
    default:
      return assertNever(sizing);
  }
}
