import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { permutation, seededRandom } from '../../main/advisor/data/random.ts';
import { taskName } from '../../main/advisor/data/rows.ts';
import { HistoryAdvisor } from '../../main/advisor/history-advisor.ts';
import { trainAll } from '../../main/advisor/training/train-all.ts';
import { parseCsv } from '../../main/platform/csv.ts';
import { MIB, parseMemory } from '../../main/platform/units.ts';
import type { Interval } from '../../main/telemetry/events.ts';
import type { HistoryRow } from '../../main/telemetry/views.ts';

/** What cross-validated advice for measured tasks came to. Shares are 0 to 1. */
export interface Judged {
  readonly tasks: number;
  /** Memory of first requests that was not used, of all that they asked. */
  readonly unused: number;
  /** GB·h not used of the GB·h that all attempts asked for, failed ones included: what wastage means. */
  readonly wasted_gbh: number;
  /** First requests that were too small. */
  readonly too_small: number;
  /** Measured values inside their interval of nine tenths. */
  readonly memory_in_90: number;
  readonly time_in_90: number;
  readonly learned: number;
}

/** Runs of the reference package whose inputs, times and peaks were measured from inside the tasks; null without them. */
export function measuredRuns(folder: string): readonly HistoryRow[] | null {
  const truth = join(folder, 'truth.csv');
  if (!existsSync(truth)) return null;
  const [header = [], ...lines] = parseCsv(readFileSync(truth, 'utf8'));
  const requests = requestsOf(join(folder, 'runs'));
  return lines.flatMap((line, i): HistoryRow[] => {
    const cell = (name: string) => line[header.indexOf(name)] ?? '';
    const peak = cell('peak_rss_mb');
    if (peak === '') return [];
    const runId = cell('run_id');
    const stamp = /\d{8}T\d{6}Z/.exec(runId)?.[0] ?? '';
    const at = Date.parse(stamp.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'));
    const asked = requests.get(cell('task_id'));
    return [
      {
        runId,
        instanceId: cell('task_id'),
        attempt: 1,
        task: cell('task_name'),
        component: asked?.component ?? 'simulation',
        target: 'local',
        provider: 'local',
        startedAt: at,
        finishedAt: at + 1000 * i,
        features: JSON.parse(cell('features') || '{}'),
        requestedCpus: asked?.cpus ?? null,
        requestedMemoryBytes: asked?.memoryBytes ?? null,
        requestedWalltimeSeconds: null,
        outcome: 'succeeded',
        peakMemoryBytes: Number(peak) * MIB,
        cpuSeconds: Number(cell('cpu_s')) || null,
        wallSeconds: Number(cell('exec_s')) || null,
        readBytes: null,
        writtenBytes: null,
        origin: 'reference',
      },
    ];
  });
}

function requestsOf(runs: string) {
  return new Map(
    readdirSync(runs)
      .map((run) => join(runs, run, 'resources.jsonl'))
      .filter(existsSync)
      .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
      .filter((line) => line.endsWith('}'))
      .map((line) => {
        const row = JSON.parse(line);
        const memoryBytes = row.requested_memory ? parseMemory(row.requested_memory) : null;
        return [row.entity_id, { component: row.component, cpus: row.requested_cpus, memoryBytes }];
      }),
  );
}

/** Every task is sized by an advisor that has not seen it, nor anything else of its part. @param task judged; all are learned */
export function crossValidate(
  rows: readonly HistoryRow[],
  { folds, seed, task }: { readonly folds: number; readonly seed: number; readonly task?: string },
): Judged {
  const order = permutation(rows.length, seededRandom(seed));
  const partOf = (place: number) => (order[place] as number) % folds;
  const attempts = Array.from({ length: folds }, (_, fold) => {
    const { tasks } = trainAll(
      rows.filter((_, place) => partOf(place) !== fold),
      { modelType: 'auto', cvFolds: 5, seed: 1996, quick: true },
      () => 0,
    );
    const advisor = new HistoryAdvisor(tasks, 'better');
    return rows
      .filter((row, place) => partOf(place) === fold && (task === undefined || taskName(row.task) === task))
      .map((row) => judged(row, advisor));
  }).flat();
  const share = (part: (one: One) => number, whole: (one: One) => number) => {
    const sum = (value: (one: One) => number) => attempts.reduce((total, one) => total + value(one), 0);
    return Number((sum(part) / sum(whole)).toFixed(4));
  };
  const each = () => 1;
  return {
    tasks: attempts.length,
    unused: share(
      ({ first, peak }) => Math.max(0, first - peak),
      ({ first }) => first,
    ),
    wasted_gbh: share(
      ({ held, peak, hours }) => (held - peak) * hours,
      ({ held, hours }) => held * hours,
    ),
    too_small: share(({ first, peak }) => (first < peak ? 1 : 0), each),
    memory_in_90: share(({ memoryInside }) => memoryInside, each),
    time_in_90: share(({ timeInside }) => timeInside, each),
    learned: share(({ learned }) => learned, each),
  };
}

type One = ReturnType<typeof judged>;

function judged(row: HistoryRow, advisor: HistoryAdvisor) {
  const { request, ladder, predicted, method } = advisor.size({
    task: row.task,
    component: row.component,
    target: row.target,
    features: row.features,
    manifestRequest: {
      cpus: row.requestedCpus ?? 1,
      memoryBytes: row.requestedMemoryBytes ?? 2048 * MIB,
      walltimeSeconds: null,
    },
    confidence: 0.95,
  });
  const peak = row.peakMemoryBytes ?? 0;
  const rungs = ladder ?? [request.memoryBytes ?? 0];
  const first = rungs[0] ?? 0;
  let held = 0;
  let attempt = first;
  for (let i = 1; attempt < peak; i++) {
    held += attempt;
    attempt = rungs[i] ?? 2 * attempt;
  }
  return {
    first,
    peak,
    held: held + attempt,
    hours: (row.wallSeconds ?? 1) / 3600,
    memoryInside: inside(predicted.peakMemoryBytes, peak),
    timeInside: inside(predicted.wallSeconds, row.wallSeconds ?? Number.NaN),
    learned: method === 'learned' ? 1 : 0,
  };
}

function inside(interval: Interval | null, value: number): number {
  return interval && value >= interval.low && value <= interval.high ? 1 : 0;
}
