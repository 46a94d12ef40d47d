import type { SizingQuery } from '../../../main/advisor/advisor.ts';
import { type Random, seededRandom } from '../../../main/advisor/data/random.ts';
import { GIB, MIB } from '../../../main/platform/units.ts';
import type { HistoryRow } from '../../../main/telemetry/views.ts';

/** One finished attempt; a test says only what it is about. */
export function historyRow(given: Partial<HistoryRow> = {}): HistoryRow {
  return {
    runId: 'run-1',
    instanceId: 'simulate.0',
    attempt: 1,
    task: 'simulate',
    component: 'demeter',
    target: 'local',
    provider: 'local',
    finishedAt: 1_800_000_000_000,
    startedAt: 1_799_999_990_000,
    features: {},
    requestedCpus: 2,
    requestedMemoryBytes: 2 * GIB,
    requestedWalltimeSeconds: null,
    outcome: 'succeeded',
    peakMemoryBytes: 300 * MIB,
    cpuSeconds: 9,
    wallSeconds: 10,
    readBytes: null,
    writtenBytes: null,
    origin: 'scalable',
    ...given,
  };
}

export function rowsOf(count: number, make: (index: number) => Partial<HistoryRow>): HistoryRow[] {
  return Array.from({ length: count }, (_, i) =>
    historyRow({
      instanceId: `simulate.${i}`,
      runId: `run-${i % 8}`,
      finishedAt: 1_800_000_000_000 + i * 1000,
      ...make(i),
    }),
  );
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

const SCENARIOS = { baseline: 1, peak_demand: 2, high_renewables: 1, outage: 1.2 } as const;
const COPIES = { baseline: 1, peak_demand: 2, high_renewables: 1, outage: 1.4 } as const;

/**
 * An energy study as in the reference runs: memory = base + copies × input + nodes² × 8 bytes × matrices, time from input
 * and nodes³, by scenario; `noise` is the standard deviation of the logarithm.
 */
export function energyRows(count: number, { seed = 7, noise = 0.04 } = {}): HistoryRow[] {
  const random = seededRandom(seed);
  const names = Object.keys(SCENARIOS) as (keyof typeof SCENARIOS)[];
  return rowsOf(count, () => {
    const scenario = names[random.below(names.length)]!;
    const nodes = 100 + random.below(1200);
    const input = Math.exp(1.3 + 4.7 * random.next());
    const memory = 110 * MIB + COPIES[scenario] * input * MIB + nodes ** 2 * 8 * 12;
    const seconds = SCENARIOS[scenario] * (2 + input / 40 + (nodes / 400) ** 3);
    const wall = seconds * Math.exp(0.15 * normal(random));
    return {
      features: { num_nodes: nodes, input_size_mb: Number(input.toFixed(1)), scenario_type: scenario },
      peakMemoryBytes: Math.round(memory * Math.exp(noise * normal(random))),
      cpuSeconds: wall * 0.95,
      wallSeconds: wall,
    };
  });
}

/** Memory that no input explains. */
export function noiseRows(count: number, seed = 11): HistoryRow[] {
  const random = seededRandom(seed);
  return rowsOf(count, () => ({
    features: { a: random.next(), b: random.below(5), kind: random.next() < 0.5 ? 'x' : 'y' },
    peakMemoryBytes: Math.round(400 * MIB * Math.exp(0.4 * normal(random))),
    wallSeconds: 20 * Math.exp(0.3 * normal(random)),
    cpuSeconds: 15 * Math.exp(0.3 * normal(random)),
  }));
}

export function query(given: Partial<SizingQuery> = {}): SizingQuery {
  return {
    task: 'simulate',
    component: 'demeter',
    target: 'local',
    features: {},
    manifestRequest: { cpus: 2, memoryBytes: 2 * GIB, walltimeSeconds: null },
    confidence: 0.95,
    ...given,
  };
}
