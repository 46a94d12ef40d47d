import { replay, type Step } from '../../main/advisor/backtest/replay.ts';
import { seededRandom } from '../../main/advisor/data/random.ts';
import { LearnedAdvisor } from '../../main/advisor/learned-advisor.ts';
import { OnlineSizer } from '../../main/advisor/online/online-sizer.ts';
import { RISKS } from '../../main/advisor/online/risk.ts';
import { energyRows } from '../unit/advisor/fixtures.ts';

const CONFIDENCES = [0.8, 0.9, 0.95];

export function score(steps: readonly Step[]) {
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

export function shareEnough(steps: readonly Step[], confidence: number): number {
  const decisions = [...replay(steps, { confidence, price: RISKS.frugal })];
  const enough = decisions.filter(({ failures }) => failures === 0).length;
  return Math.round((1000 * enough) / decisions.length) / 1000;
}

/** Milliseconds of one answer from so many rows, fit included: median of 21. */
export function answerMs(rows: number): number {
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
    return ownMs(() => sizer.size({ inputBytes: 1e9 * (1 + i / 3), tag: 'g3_1_x' }));
  });
  return round(times.slice(5).sort((a, b) => a - b)[10] ?? Number.NaN);
}

/** Milliseconds of one recommendation from models already learned, evidence included: median of 200. */
export function recommendationMs(): number {
  const advisor = LearnedAdvisor.fromRows(energyRows(1000));
  const times = Array.from({ length: 300 }, (_, i) => {
    const features = { num_nodes: 100 + i, input_size_mb: 80, scenario_type: 'outage' };
    const started = performance.now();
    advisor.recommend({ task: 'simulate', features });
    return performance.now() - started;
  });
  return round(times.slice(100).sort((a, b) => a - b)[100] ?? Number.NaN);
}

/** Of the thread itself: what other programs take of a busy machine is not counted. */
function ownMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
