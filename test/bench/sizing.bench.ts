import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readTrace } from '../../main/advisor/backtest/read-trace.ts';
import { replay, type Step, stepsBySeed, type TraceTask } from '../../main/advisor/backtest/replay.ts';
import { seededRandom } from '../../main/advisor/data/random.ts';
import { LearnedAdvisor } from '../../main/advisor/learned-advisor.ts';
import { OnlineSizer } from '../../main/advisor/online/online-sizer.ts';
import { RISKS } from '../../main/advisor/online/risk.ts';
import { energyRows } from '../unit/advisor/fixtures.ts';
import { crossValidate, measuredRuns } from './sizing-measured-runs.ts';

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
const CONFIDENCES = [0.8, 0.9, 0.95];

function score(steps: readonly Step[]) {
  const started = performance.now();
  const decisions = [...replay(steps)];
  const took = performance.now() - started;
  return {
    wastage_gbh: round(decisions.reduce((sum, { wastedGbh }) => sum + wastedGbh, 0)),
    failed_attempts: decisions.reduce((sum, { failures }) => sum + failures, 0),
    tasks: decisions.length,
    ms_per_task: round(took / decisions.length),
    enough_at: Object.fromEntries(
      CONFIDENCES.map((confidence) => [confidence, shareEnough(steps, confidence)]),
    ),
  };
}

function shareEnough(steps: readonly Step[], confidence: number): number {
  const decisions = [...replay(steps, { confidence, price: RISKS.frugal })];
  const enough = decisions.filter(({ failures }) => failures === 0).length;
  return Math.round((1000 * enough) / decisions.length) / 1000;
}

/** Milliseconds of one answer from so many rows, fit included: median of 21. */
function answerMs(rows: number): number {
  const random = seededRandom(1);
  const sizer = new OnlineSizer();
  for (let i = 0; i < rows; i++) {
    const inputBytes = 1e9 * (1 + 9 * random.next());
    sizer.observe({
      inputBytes,
      tag: `g${i % 9}_${i % 4}_${i}`,
      peakBytes: inputBytes * (1 + random.next()),
      hours: 0.2,
    });
  }
  const times = Array.from({ length: 26 }, (_, i) => {
    const started = performance.now();
    sizer.size({ inputBytes: 1e9 * (1 + i / 3), tag: 'g3_1_x' });
    return performance.now() - started;
  });
  return round(times.slice(5).sort((a, b) => a - b)[10] ?? Number.NaN);
}

/** Milliseconds of one recommendation from models already learned, evidence included: median of 200. */
function recommendationMs(): number {
  const advisor = LearnedAdvisor.fromRows(energyRows(1000));
  const times = Array.from({ length: 300 }, (_, i) => {
    const features = { num_nodes: 100 + i, input_size_mb: 80, scenario_type: 'outage' };
    const started = performance.now();
    advisor.recommend({ task: 'simulate', features });
    return performance.now() - started;
  });
  return round(times.slice(100).sort((a, b) => a - b)[100] ?? Number.NaN);
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}

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
