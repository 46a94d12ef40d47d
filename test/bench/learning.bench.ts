import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ModelType } from '../../main/advisor/advisor.ts';
import { encodeAll, learnFeatureSpace } from '../../main/advisor/data/features.ts';
import { seededRandom } from '../../main/advisor/data/random.ts';
import { groupByTask } from '../../main/advisor/data/rows.ts';
import { HistoryAdvisor } from '../../main/advisor/history-advisor.ts';
import { fitterOf, type SingleModelType } from '../../main/advisor/models/fit-model.ts';
import { resolveParams } from '../../main/advisor/models/model-params.ts';
import { fitSmallForest } from '../../main/advisor/models/small-forest.ts';
import { runJob } from '../../main/advisor/training/run-job.ts';
import { energyRows, query } from '../unit/advisor/fixtures.ts';
import { boostingBesideSklearn } from './boosting-beside-sklearn.ts';

/**
 * Learning times on an energy study (memory and time from two numbers and a category): one model; the whole training in
 * its worker thread (four stages, five folds, judgement) with the delay of the main event loop meanwhile; and how long
 * 10,000 recommendations take; boosting beside scikit-learn where Debian's python3-sklearn is installed. Prints one JSON
 * object.
 */
const SIZES = (process.env.ROWS ?? '1000,10000').split(',').map(Number);
const MODELS: readonly SingleModelType[] = ['linear', 'random_forest', 'gradient_boosting'];

function prepared(count: number) {
  const rows = groupByTask(energyRows(count)).get('simulate')?.rows ?? [];
  const target = Float64Array.from(rows, (row) => row.peakMemoryBytes ?? Number.NaN);
  return { matrix: encodeAll(learnFeatureSpace(rows), rows), target };
}

function seconds(work: () => unknown): number {
  const started = performance.now();
  work();
  return Number(((performance.now() - started) / 1000).toFixed(3));
}

function fitSeconds(type: SingleModelType, count: number): number {
  const { matrix, target } = prepared(count);
  const options = { params: resolveParams(type), scale: 'log', random: seededRandom(1) } as const;
  return seconds(() => fitterOf(type)(matrix, target, options));
}

async function trainSeconds(modelType: ModelType, count: number) {
  const rows = energyRows(count);
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  const started = performance.now();
  const { report, tasks } = await runJob({
    kind: 'train',
    source: { kind: 'rows', rows },
    options: { modelType, cvFolds: 5, seed: 1 },
    modelsFolder: null,
  });
  const took = (performance.now() - started) / 1000;
  delay.disable();
  const memory = report?.tasks[0]?.stages[0];
  const advisor = new HistoryAdvisor(tasks, 'better');
  return {
    seconds: Number(took.toFixed(2)),
    event_loop_p99_ms: Number((delay.percentile(99) / 1e6).toFixed(1)),
    event_loop_max_ms: Number((delay.max / 1e6).toFixed(1)),
    memory_r2: Number(memory?.r2?.toFixed(4)),
    memory_coverage_95: Number(memory?.coverage?.toFixed(3)),
    wastage: report?.tasks[0]?.wastage,
    size_10000_s: seconds(() => {
      for (let i = 0; i < 10_000; i++) {
        const features = { num_nodes: 100 + i / 10, input_size_mb: 80, scenario_type: 'outage' };
        advisor.size(query({ features }));
      }
    }),
  };
}

const smallForest = prepared(500);
const result: Record<string, unknown> = {
  boosting_10000x12_200_trees: boostingBesideSklearn(),
  'ml-random-forest_500_s': seconds(() =>
    fitSmallForest(smallForest.matrix, smallForest.target.map(Math.log), {
      params: resolveParams('random_forest'),
      scale: 'log',
      random: seededRandom(1),
    }),
  ),
};
for (const count of SIZES) {
  for (const type of MODELS) result[`fit_${type}_${count}_s`] = fitSeconds(type, count);
  for (const type of [...MODELS, 'auto'] as const)
    result[`train_${type}_${count}`] = await trainSeconds(type, count);
}
if (SIZES.includes(10_000)) result.train_auto_100000 = await trainSeconds('auto', 100_000);
// The largest this process was at any time, workers included.
result.peak_rss_mib = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
