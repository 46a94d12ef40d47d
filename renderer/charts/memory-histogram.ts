import { describeMemory } from '../../main/platform/units.ts';
import { axisStyle, baseOption, memoryUnit, niceMax, withAlpha } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';

export interface HistogramInput {
  /** Measured peaks in bytes. */
  readonly peaks: readonly number[];
  /** Different requests among these tasks, in bytes. */
  readonly requests: readonly number[];
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** A width of 1, 2, 2.5 or 5 × 10^n that gives about `wanted` bins over `span`. */
export function binWidth(span: number, wanted: number): number {
  const raw = span / wanted;
  if (!(raw > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((factor) => raw <= factor * power * (1 + 1e-9)) ?? 10;
  return step * power;
}

/** Equal bins over the values, which lie in [from, to) each. */
export function histogram(values: readonly number[], width: number): readonly Bin[] {
  if (values.length === 0) return [];
  const counts = new Map<number, number>();
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    const bin = Math.floor(value / width);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
    first = Math.min(first, bin);
    last = Math.max(last, bin);
  }
  return Array.from({ length: last - first + 1 }, (_, offset) => ({
    from: (first + offset) * width,
    to: (first + offset + 1) * width,
    count: counts.get(first + offset) ?? 0,
  }));
}

/** How much memory the tasks really needed, with the line of what was asked for. */
export function memoryHistogramPicture({ peaks, requests }: HistogramInput, theme: ChartTheme): Picture {
  const most = Math.max(0, ...requests, ...extremes(peaks));
  const unit = memoryUnit(most);
  const values = peaks.map((peak) => peak / unit.bytes);
  const [smallest = 0, largest = 0] = extremes(values);
  const bins = histogram(values, binWidth(Math.max(largest - smallest, largest / 20), 24));
  const color = seriesColor(theme, 0);
  // More lines than this say nothing that the range does not.
  const lines = requests.length <= 4 ? requests : extremes(requests);
  return {
    description: describe(peaks, requests),
    table: () => ({
      columns: [`from_${unit.unit}`, `to_${unit.unit}`, 'tasks'],
      rows: bins.map((bin) => [bin.from, bin.to, bin.count]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: 24, top: 44, bottom: 32, containLabel: true },
      xAxis: {
        ...axisStyle(theme, `peak memory (${unit.unit})`, 'x'),
        type: 'value',
        min: 0,
        max: niceMax(Math.max((most / unit.bytes) * 1.02, bins.at(-1)?.to ?? 0)),
      },
      yAxis: { ...axisStyle(theme, 'tasks', 'y'), type: 'value', min: 0, minInterval: 1, splitNumber: 4 },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const bin = bins[tooltipIndex(params) ?? -1];
          if (!bin) return '';
          const text = (value: number) => describeMemory(value * unit.bytes);
          return tooltipHtml(`${text(bin.from)} to ${text(bin.to)}`, [['tasks', String(bin.count)]]);
        },
      },
      series: [
        {
          id: 'peaks',
          type: 'custom',
          encode: { x: [0, 1], y: 2 },
          data: bins.map((bin) => [bin.from, bin.to, bin.count]),
          renderItem: (_, api) => {
            const [x = 0, y = 0] = api.coord([api.value(0), api.value(2)]);
            const [right = 0, bottom = 0] = api.coord([api.value(1), 0]);
            return {
              type: 'rect',
              shape: { x: x + 0.5, y, width: Math.max(1, right - x - 1), height: bottom - y },
              style: { fill: withAlpha(color, 0.8) },
            };
          },
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: theme.request, width: 2, type: 'dashed' },
            label: { color: theme.request, fontWeight: 'bold', position: 'end' },
            data: lines.map((request) => ({
              xAxis: request / unit.bytes,
              label: { formatter: `asked for ${describeMemory(request)}` },
            })),
          },
        },
      ],
    },
  };
}

function extremes(values: readonly number[]): number[] {
  if (values.length === 0) return [];
  return [
    values.reduce((least, value) => Math.min(least, value)),
    values.reduce((most, value) => Math.max(most, value)),
  ];
}

function describe(peaks: readonly number[], requests: readonly number[]): string {
  const [least, most] = extremes(peaks);
  if (least === undefined || most === undefined) return 'No peak memory was measured.';
  const asked = extremes(requests).map(describeMemory);
  const request = asked.length === 0 ? '' : ` Asked for: ${[...new Set(asked)].join(' to ')}.`;
  return `${peaks.length} tasks needed ${describeMemory(least)} to ${describeMemory(most)}.${request}`;
}
