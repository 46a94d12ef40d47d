import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readTrace } from '../../main/advisor/backtest/read-trace.ts';
import { stepsBySeed, type TraceTask } from '../../main/advisor/backtest/replay.ts';
import { crossValidate, measuredRuns } from './sizing-measured-runs.ts';
import { answerMs, recommendationMs, score } from './sizing-scores.ts';

/**
 * GB·h wasted and attempts failed on recorded traces, replayed by the protocol of the Sizey paper (IEEE CLUSTER 2024);
 * the share of first requests that were enough at a given confidence; how advice does on runs measured from inside (of
 * all tasks, and of the one with many measurements), cross-validated; and how long an answer takes. TRACES names a
 * folder of CSV traces, SEEDS the orders. Prints one JSON object.
 *
 * The same by an independent scorer, through the command line, where shared/eval is there (its --target rss, the
 * default, reads another column than this, which differs by a few kilobytes):
 *
 *   python3 ../shared/eval/memory_wastage.py drive --target peak_rss --seed 1996 \
 *     --trace ../shared/traces/trace_rnaseq.csv -- npx scalable advise --stdio
 */
const folder = process.env.TRACES ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'traces');
const seeds = (process.env.SEEDS ?? '1996,7,42').split(',').map(Number);

/** A fresh advisor for each part of the runs that were measured from inside, cross-validated. */
function measuredRunsResult(): Record<string, unknown> {
  const rows = measuredRuns(process.env.MEASURED_RUNS ?? join(folder, '..', 'upstream-runs'));
  if (!rows) return {};
  const scored = (task?: string) =>
    Object.fromEntries(
      seeds.map((seed) => [
        seed,
        crossValidate(rows, { folds: 5, seed, ...(task !== undefined && { task }) }),
      ]),
    );
  return { measured_runs: scored(), measured_runs_simulation: scored('run_scenario') };
}

const result: Record<string, unknown> = {};
if (!existsSync(folder))
  process.stderr.write(`No traces in ${folder}: set TRACES to a folder of CSV traces.\n`);
for (const file of existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.csv'))
      .sort()
  : []) {
  const { tasks }: { tasks: readonly TraceTask[] } = await readTrace(join(folder, file), {
    format: 'nextflow',
  });
  result[basename(file, '.csv')] = Object.fromEntries(
    seeds.map((seed) => [seed, score(stepsBySeed(tasks, seed))]),
  );
}
Object.assign(result, measuredRunsResult());
for (const rows of [30, 100, 1000]) result[`answer_from_${rows}_rows_ms`] = answerMs(rows);
result.recommendation_ms = recommendationMs();
process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
