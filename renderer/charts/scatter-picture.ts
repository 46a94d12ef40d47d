import type { StageReport } from '../../main/advisor/training-report.ts';
import { axisStyle, baseOption, powerOfTwoRange, withAlpha } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { stageName, stageValue } from './quantity.ts';
import { tooltipHtml, tooltipIndex, tooltipSeries } from './tooltip.ts';

export type StagePoint = StageReport['points'][number];

/** More intervals than this are a grey cloud that hides the points. */
const MAX_INTERVALS = 300;

export const inside = (point: StagePoint) => point.low <= point.measured && point.measured <= point.high;

/** Every n-th of `items`, at most `limit` of them. */
export function thin<T>(items: readonly T[], limit: number): readonly T[] {
  const step = Math.max(1, Math.ceil(items.length / limit));
  return items.filter((_, index) => index % step === 0);
}

/**
 * Measured against predicted, out of fold, with the line on which both are equal. Memory and time span orders of
 * magnitude, so both axes are logarithmic; a fraction is not. What lies outside its interval has another shape.
 */
export function scatterPicture(stage: StageReport, theme: ChartTheme): Picture {
  const logarithmic = stage.unit !== 'fraction';
  const points = stage.points.filter((point) => !logarithmic || (point.predicted > 0 && point.measured > 0));
  const hits = points.filter(inside);
  const misses = points.filter((point) => !inside(point));
  const range = logarithmic
    ? powerOfTwoRange(points.flatMap((point) => [point.predicted, point.measured]))
    : { min: 0, max: 1 };
  const text = (value: number) => stageValue(value, stage.unit);
  const axis = (name: string, side: 'x' | 'y') => {
    const style = axisStyle(theme, name, side);
    return {
      ...style,
      type: logarithmic ? ('log' as const) : ('value' as const),
      ...(logarithmic ? { logBase: 2 } : {}),
      ...range,
      splitLine: { show: true, lineStyle: { color: theme.grid } },
      axisLabel: { ...style.axisLabel, formatter: text },
    };
  };
  const floor = logarithmic ? range.min : 0;
  const intervals = thin(points, MAX_INTERVALS).flatMap((point) => [
    [point.predicted, Math.max(point.low, floor)],
    [point.predicted, Math.min(point.high, range.max)],
    [null, null],
  ]);
  const [good, bad] = [seriesColor(theme, 0), theme.failure];
  const percent = Math.round(stage.nominalCoverage * 100);
  return {
    description: describe(stage, points.length, misses.length),
    table: () => ({
      columns: ['predicted', 'measured', 'low', 'high', 'inside'],
      rows: stage.points.map((point) => [
        point.predicted,
        point.measured,
        point.low,
        point.high,
        inside(point) ? 1 : 0,
      ]),
    }),
    option: {
      ...baseOption(theme),
      legend: {
        top: 0,
        left: 0,
        itemWidth: 14,
        itemHeight: 9,
        textStyle: { color: theme.text },
        data: ['inside', 'outside', 'equal'].map((name) => ({ name })),
        // Short, so that the three stand in one row beside each other.
        formatter: (name) => (name === 'outside' ? `outside its ${percent} % interval` : name),
      },
      grid: { left: 8, right: 16, top: 56, bottom: 32, containLabel: true },
      xAxis: axis('predicted', 'x'),
      yAxis: axis('measured', 'y'),
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const list = tooltipSeries(params) === 'outside' ? misses : hits;
          const point = list[tooltipIndex(params) ?? -1];
          if (!point) return '';
          return tooltipHtml(stageName(stage.stage), [
            ['predicted', text(point.predicted)],
            ['interval', `${text(point.low)} to ${text(point.high)}`],
            ['measured', text(point.measured)],
          ]);
        },
      },
      series: [
        {
          id: 'intervals',
          type: 'line',
          silent: true,
          symbol: 'none',
          connectNulls: false,
          data: intervals,
          lineStyle: { color: withAlpha(theme.muted, 0.35), width: 1 },
        },
        {
          id: 'equal',
          name: 'equal',
          type: 'line',
          silent: true,
          symbol: 'none',
          data: [
            [range.min, range.min],
            [range.max, range.max],
          ],
          lineStyle: { color: theme.text, width: 1, type: 'dashed' },
          itemStyle: { color: theme.text },
        },
        {
          id: 'inside',
          name: 'inside',
          type: 'scatter',
          data: hits.map((point) => [point.predicted, point.measured]),
          symbolSize: 6,
          itemStyle: { color: good, opacity: 0.7 },
        },
        {
          id: 'outside',
          name: 'outside',
          type: 'scatter',
          symbol: 'diamond',
          symbolSize: 10,
          data: misses.map((point) => [point.predicted, point.measured]),
          itemStyle: { color: theme.background, borderColor: bad, borderWidth: 1.75 },
        },
      ],
    },
  };
}

function describe(stage: StageReport, count: number, outside: number): string {
  return `${count} held-out values of ${stageName(stage.stage).toLowerCase()}, measured against predicted. Predictions are off by ${stageValue(stage.mae, stage.unit)} on average; ${outside} values lie outside their ${Math.round(stage.nominalCoverage * 100)} % interval.`;
}
