import type { FrontPoint } from '../../main/planning/plan.ts';
import { describeDuration } from '../../main/platform/units.ts';
import { axisStyle, baseOption, elapsedLabel, elapsedStep } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';

/** What is paid for time: money where running costs money, worker hours where it does not. */
export function frontPrice(points: readonly FrontPoint[]): {
  name: string;
  of: (point: FrontPoint) => number;
} {
  const money = points.length > 0 && points.every((point) => point.costUsd !== null);
  return money
    ? { name: 'cost (USD)', of: (point) => point.costUsd ?? 0 }
    : { name: 'worker hours', of: (point) => point.workerHours };
}

function priceText(point: FrontPoint): string {
  return point.costUsd === null ? `${round(point.workerHours)} worker hours` : `$${point.costUsd.toFixed(2)}`;
}

const round = (value: number) => Number(value.toPrecision(3));
const workersText = (count: number) => (count === 1 ? '1 worker' : `${count} workers`);

/**
 * Time against cost for each number of workers worth considering, the planned one marked.
 * @param chosen workers over all tags of the plan as it stands; null marks none
 */
export function frontPicture(
  points: readonly FrontPoint[],
  chosen: number | null,
  theme: ChartTheme,
): Picture {
  const price = frontPrice(points);
  const sorted = points.toSorted((a, b) => a.timeSeconds - b.timeSeconds);
  const marked = sorted.find((point) => point.workers === chosen);
  const longest = Math.max(1, ...sorted.map((point) => point.timeSeconds));
  const step = elapsedStep(longest * 1.08);
  const time = axisStyle(theme, 'predicted time', 'x');
  const at = (point: FrontPoint) => [point.timeSeconds, price.of(point)];
  return {
    description: describe(sorted, marked),
    table: () => ({
      columns: ['workers', 'time_s', 'cost_usd', 'worker_hours'],
      rows: sorted.map((point) => [point.workers, point.timeSeconds, point.costUsd, point.workerHours]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: 24, top: 32, bottom: 32, containLabel: true },
      xAxis: {
        ...time,
        type: 'value',
        min: 0,
        interval: step,
        max: Math.ceil((longest * 1.08) / step) * step,
        axisLabel: { ...time.axisLabel, formatter: (value: number) => elapsedLabel(value, step) },
      },
      yAxis: { ...axisStyle(theme, price.name, 'y'), type: 'value', min: 0 },
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const point = sorted[tooltipIndex(params) ?? -1] ?? marked;
          if (!point) return '';
          const tags = Object.entries(point.workersByTag).map(
            ([tag, count]) => [tag, String(count)] as const,
          );
          return tooltipHtml(workersText(point.workers), [
            ['time', describeDuration(point.timeSeconds)],
            ['cost', priceText(point)],
            ...tags,
          ]);
        },
      },
      series: [
        {
          id: 'front',
          type: 'line',
          data: sorted.map(at),
          symbol: 'circle',
          symbolSize: 9,
          showAllSymbol: true,
          lineStyle: { color: seriesColor(theme, 0), width: 1.5 },
          itemStyle: { color: seriesColor(theme, 0) },
          label: {
            show: true,
            position: 'top',
            color: theme.muted,
            formatter: ({ dataIndex }) => String(sorted[dataIndex]?.workers ?? ''),
          },
          labelLayout: { hideOverlap: true },
        },
        {
          id: 'chosen',
          type: 'scatter',
          silent: true,
          data: marked ? [at(marked)] : [],
          symbol: 'circle',
          symbolSize: 20,
          itemStyle: { color: 'transparent', borderColor: theme.request, borderWidth: 2.5 },
          label: {
            show: true,
            position: 'right',
            distance: 6,
            color: theme.text,
            fontWeight: 'bold',
            formatter: marked ? `this plan: ${workersText(marked.workers)}` : '',
          },
          z: 5,
        },
      ],
    },
  };
}

function describe(sorted: readonly FrontPoint[], marked: FrontPoint | undefined): string {
  const fastest = sorted[0];
  const slowest = sorted.at(-1);
  if (!fastest || !slowest) return 'No choices of workers to compare.';
  const range = `From ${workersText(slowest.workers)}, ${describeDuration(slowest.timeSeconds)}, ${priceText(slowest)}, to ${workersText(fastest.workers)}, ${describeDuration(fastest.timeSeconds)}, ${priceText(fastest)}.`;
  if (!marked) return range;
  return `${range} The plan uses ${workersText(marked.workers)}: ${describeDuration(marked.timeSeconds)}, ${priceText(marked)}.`;
}
