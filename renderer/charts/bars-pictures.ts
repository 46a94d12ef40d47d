import type { StageReport, TaskTrainingReport } from '../../main/advisor/training-report.ts';
import { describeMemoryHours } from '../../main/platform/units.ts';
import { axisStyle, baseOption } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';

const percent = (share: number) => `${Number((share * 100).toPrecision(2))} %`;
const gbh = describeMemoryHours;

/** Height in pixels for a horizontal bar picture with this many bars. */
export function barsHeight(bars: number): number {
  return 56 + Math.max(1, bars) * 30;
}

/** Which inputs matter: permutation importance, the largest on top. */
export function importancePicture(importance: StageReport['importance'], theme: ChartTheme): Picture {
  const sorted = importance.toSorted((a, b) => b.share - a.share).slice(0, 12);
  const x = axisStyle(theme, 'share of the explained error', 'x');
  return {
    description:
      sorted.length === 0
        ? 'No input explains what was measured.'
        : sorted.map(({ feature, share }) => `${feature} ${percent(share)}`).join(', '),
    table: () => ({
      columns: ['feature', 'share'],
      rows: importance.map(({ feature, share }) => [feature, share]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: 56, top: 4, bottom: 32, containLabel: true },
      xAxis: {
        ...x,
        type: 'value',
        min: 0,
        splitNumber: 4,
        axisLabel: { ...x.axisLabel, formatter: percent },
        splitLine: { show: true, lineStyle: { color: theme.grid } },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: sorted.map(({ feature }) => feature),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: theme.text, width: 160, overflow: 'truncate' },
      },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const bar = sorted[tooltipIndex(params) ?? -1];
          return bar ? tooltipHtml(bar.feature, [['share', percent(bar.share)]]) : '';
        },
      },
      series: [
        {
          id: 'importance',
          type: 'bar',
          barWidth: 16,
          data: sorted.map(({ share }) => share),
          itemStyle: { color: seriesColor(theme, 0) },
          label: {
            show: true,
            position: 'right',
            color: theme.text,
            formatter: ({ dataIndex }) => percent(sorted[dataIndex]?.share ?? 0),
          },
        },
      ],
    },
  };
}

export interface NamedBar {
  readonly name: string;
  /** GB·h; null where nobody can say, which is drawn as no bar and written as such. */
  readonly value: number | null;
  readonly kind: 'before' | 'after' | 'used';
}

const METHODS = ['manifest', 'quantile', 'learned'] as const;

/** Wastage of the recorded tasks had each method sized them; the one in use is filled. */
export function methodBars(task: TaskTrainingReport): readonly NamedBar[] {
  return METHODS.map((method) => ({
    name: method === 'manifest' ? 'manifest as first written' : method,
    value: task.wastage[method],
    kind: method === task.chosen ? 'after' : 'before',
  }));
}

/** Memory × time as bars with their numbers written on them. */
export function wastagePicture(bars: readonly NamedBar[], axis: string, theme: ChartTheme): Picture {
  const x = axisStyle(theme, axis, 'x');
  const color = (kind: NamedBar['kind']) =>
    kind === 'before'
      ? seriesColor(theme, 5)
      : kind === 'after'
        ? seriesColor(theme, 1)
        : seriesColor(theme, 0);
  const text = (bar: NamedBar | undefined) =>
    bar === undefined || bar.value === null ? 'not known' : gbh(bar.value);
  return {
    description: bars.map((bar) => `${bar.name}: ${text(bar)}`).join(', '),
    table: () => ({ columns: ['name', 'gbh'], rows: bars.map((bar) => [bar.name, bar.value]) }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: 84, top: 4, bottom: 32, containLabel: true },
      xAxis: {
        ...x,
        type: 'value',
        min: 0,
        splitNumber: 4,
        splitLine: { show: true, lineStyle: { color: theme.grid } },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map((bar) => bar.name),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: theme.text, width: 180, overflow: 'truncate' },
      },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const bar = bars[tooltipIndex(params) ?? -1];
          return bar ? tooltipHtml(bar.name, [[text(bar)]]) : '';
        },
      },
      series: [
        {
          id: 'wastage',
          type: 'bar',
          barWidth: 18,
          data: bars.map((bar) => ({ value: bar.value ?? 0, itemStyle: { color: color(bar.kind) } })),
          label: {
            show: true,
            position: 'right',
            color: theme.text,
            formatter: ({ dataIndex }) => text(bars[dataIndex]),
          },
        },
      ],
    },
  };
}
