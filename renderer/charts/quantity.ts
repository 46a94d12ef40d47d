import type { StageReport } from '../../main/advisor/training-report.ts';
import { assertNever } from '../../main/platform/errors.ts';
import { describeDuration, describeMemory } from '../../main/platform/units.ts';

export type Stage = StageReport['stage'];
export type StageUnit = StageReport['unit'];

/** A value of a stage with its unit, for people. */
export function stageValue(value: number, unit: StageUnit): string {
  switch (unit) {
    case 'bytes':
      return describeMemory(value);
    case 'seconds':
      return describeDuration(value);
    case 'fraction':
      return `${Math.round(value * 100)} %`;
    case 'class':
      return String(Number((2 * value).toFixed(2)));
    default:
      return assertNever(unit);
  }
}

export function stageName(stage: Stage): string {
  switch (stage) {
    case 'peak_memory':
      return 'Peak memory';
    case 'cpu_time':
      return 'CPU time';
    case 'cpu_efficiency':
      return 'CPU efficiency';
    case 'wall_time':
      return 'Run time';
    case 'io_class':
      return 'I/O class (0 low, 1 medium, 2 high)';
    default:
      return assertNever(stage);
  }
}
