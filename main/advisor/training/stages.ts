import type { IoClass } from '../../telemetry/events.ts';
import { EARLIER_ANSWER } from '../data/matrix.ts';
import type { LearningRow } from '../data/rows.ts';
import type { Scale } from '../models/model.ts';
import type { StageReport } from '../training-report.ts';

export type StageName = StageReport['stage'];

/** One figure of the chain: what it is, on which scale it is learned, and which values are acceptable at all. */
export interface StageDefinition {
  readonly name: StageName;
  readonly unit: StageReport['unit'];
  readonly scale: Scale;
  /** Null where the row does not tell. */
  readonly measured: (row: LearningRow) => number | null;
}

/**
 * In this order: each stage's answer is an input of the next, as in PanDA's chain (Chowdhury et al., arXiv
 * 2509.11512).
 */
export const STAGES: readonly StageDefinition[] = [
  { name: 'peak_memory', unit: 'bytes', scale: 'log', measured: (row) => row.peakMemoryBytes },
  { name: 'cpu_time', unit: 'seconds', scale: 'log', measured: (row) => row.cpuSeconds },
  { name: 'cpu_efficiency', unit: 'fraction', scale: 'identity', measured: cpuEfficiency },
  { name: 'wall_time', unit: 'seconds', scale: 'log', measured: (row) => row.wallSeconds },
  { name: 'io_class', unit: 'class', scale: 'identity', measured: ioClass },
];

/** From the least to the most; see `measuredIoClass` for what they mean. */
export const IO_CLASSES = ['low', 'medium', 'high'] as const satisfies readonly IoClass[];

/** 0 low, 0.5 medium, 1 high; null where it was not measured. */
export function ioClass({ ioClass: measured }: LearningRow): number | null {
  return measured === null ? null : IO_CLASSES.indexOf(measured) / 2;
}

/** The nearest class of a stage's answer, 0 to 1. */
export function ioClassOf(answer: number): IoClass {
  return answer < 0.25 ? 'low' : answer < 0.75 ? 'medium' : 'high';
}

/** The name that a stage's answer has among the inputs of the next. */
export function chainColumn({ name }: StageDefinition): string {
  return `${EARLIER_ANSWER}${name}`;
}

/** CPU seconds over the CPU seconds that were reserved, 0 to 1; null where either was not measured. */
function cpuEfficiency(row: LearningRow): number | null {
  if (row.cpuSeconds === null || row.wallSeconds === null) return null;
  return Math.min(1, row.cpuSeconds / (row.wallSeconds * Math.max(1, row.requestedCpus ?? 1)));
}

export function toScale(scale: Scale, value: number): number {
  return scale === 'log' ? Math.log(value) : value;
}

export function fromScale(scale: Scale, value: number): number {
  return scale === 'log' ? Math.exp(value) : value;
}

/**
 * A stage's answer as the next stage sees it, in 32 bits: two runtimes that add up the same trees in another order differ
 * in the last of 64 bits, and no tree may split on that.
 */
export function handedOn(answer: number): number {
  return Math.fround(answer);
}

/**
 * The acceptable range of a stage's answers: four times beyond what was measured either way (shares stay shares). What
 * leaves it is not believed.
 */
export function acceptableRange(scale: Scale, values: Float64Array): { low: number; high: number } {
  if (scale === 'identity') return { low: 0, high: 1 };
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), 0);
  return { low: low / 4, high: high * 4 };
}
