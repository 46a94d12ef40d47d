import type { RunReport } from '../../../main/telemetry/views.ts';
import { count, duration, gibHours, percent, UNKNOWN } from '../../lib/format.ts';

export interface ComparedFigure {
  readonly name: string;
  readonly left: string;
  readonly right: string;
  /** Change from left to right in words; empty where there is nothing to compare. */
  readonly change: string;
  /** Whether the change is for the better; null where neither direction is. */
  readonly better: boolean | null;
}

interface Measure {
  readonly name: string;
  readonly of: (report: RunReport) => number | null;
  readonly text: (value: number | null) => string;
  /** Which direction is good; null where it depends. */
  readonly good: 'less' | 'more' | null;
}

const MEASURES: readonly Measure[] = [
  { name: 'Took', of: (report) => report.duration_s, text: duration, good: 'less' },
  { name: 'Tasks', of: (report) => report.tasks.total, text: count, good: null },
  { name: 'Succeeded', of: (report) => report.tasks.succeeded, text: count, good: 'more' },
  { name: 'Failed tasks', of: (report) => report.tasks.failed, text: count, good: 'less' },
  { name: 'Failed attempts', of: (report) => report.attempts.failed, text: count, good: 'less' },
  { name: 'Workers at peak', of: (report) => report.workers_total.peak, text: count, good: null },
  { name: 'Efficiency', of: (report) => report.efficiency, text: percent, good: 'more' },
  { name: 'Memory requested', of: (report) => report.memory.requested_gbh, text: gibHours, good: 'less' },
  { name: 'Memory used', of: (report) => report.memory.used_gbh, text: gibHours, good: null },
  { name: 'Memory wasted', of: (report) => report.memory.wasted_gbh, text: gibHours, good: 'less' },
];

/** Two runs, figure by figure. */
export function compareReports(left: RunReport, right: RunReport): readonly ComparedFigure[] {
  return MEASURES.map(({ name, of, text, good }) => {
    const [before, after] = [of(left), of(right)];
    const known = before !== null && after !== null && before !== after;
    return {
      name,
      left: text(before),
      right: text(after),
      change: known ? changeText(before, after) : before === null || after === null ? UNKNOWN : 'same',
      better: known && good !== null ? after < before === (good === 'less') : null,
    };
  });
}

/** `63 % less`, `2.4 times as much`, `12 more`. */
function changeText(before: number, after: number): string {
  if (before <= 0) return `${count(after)} more`;
  const ratio = after / before;
  if (ratio > 2) return `${count(Number(ratio.toPrecision(2)))} times as much`;
  return ratio < 1 ? `${percent(1 - ratio)} less` : `${percent(ratio - 1)} more`;
}
