import type { FrontEvidence, FrontPoint } from '../../main/planning/plan.ts';
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

/** Of the width: what a number of workers takes, and half of a few words. */
const LABEL_SHARE = 0.04;
const EDGE_SHARE = 0.2;

const round = (value: number) => Number(value.toPrecision(3));
const workersText = (count: number) => (count === 1 ? '1 worker' : `${count} workers`);

/**
 * Time against cost for each number of workers worth considering, each with the range that holds four of five runs, the
 * planned one marked, and where more workers stop helping.
 * @param chosen workers over all tags of the plan as it stands; null marks none
 */
export function frontPicture(
  points: readonly FrontPoint[],
  chosen: number | null,
  theme: ChartTheme,
  evidence: FrontEvidence | null = null,
): Picture {
  const price = frontPrice(points);
  const sorted = points.toSorted((a, b) => a.timeSeconds - b.timeSeconds);
  const marked = sorted.find((point) => point.workers === chosen);
  const knee = sorted.find((point) => point.workers === evidence?.kneeWorkers);
  const longest = Math.max(1, ...sorted.map((point) => point.timeRange?.high ?? point.timeSeconds));
  const step = elapsedStep(longest * 1.08);
  const time = axisStyle(theme, 'predicted time', 'x');
  const at = (point: FrontPoint) => [point.timeSeconds, price.of(point)];
  const numbered = apart(sorted, longest * LABEL_SHARE);
  // Words below a point near the axis begin at it: they would lie on the axis otherwise.
  const beside = (point: FrontPoint | undefined) =>
    (point?.timeSeconds ?? longest) < longest * EDGE_SHARE
      ? { align: 'left' as const, offset: [4, 0] }
      : { align: 'center' as const, offset: [0, 0] };
  return {
    description: [describe(sorted, marked), limitText(evidence)].filter((text) => text !== '').join(' '),
    table: () => ({
      columns: ['workers', 'time_s', 'time_low_s', 'time_high_s', 'cost_usd', 'worker_hours'],
      rows: sorted.map((point) => [
        point.workers,
        point.timeSeconds,
        point.timeRange?.low ?? null,
        point.timeRange?.high ?? null,
        point.costUsd,
        point.workerHours,
      ]),
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
            ...(point.timeRange
              ? [
                  [
                    'four of five runs',
                    `${describeDuration(point.timeRange.low)} to ${describeDuration(point.timeRange.high)}`,
                  ] as const,
                ]
              : []),
            ['cost', priceText(point)],
            ...tags,
          ]);
        },
      },
      series: [
        {
          id: 'ranges',
          type: 'line',
          silent: true,
          data: sorted.flatMap((point) => {
            const { low, high } = point.timeRange ?? {};
            if (low === undefined || high === undefined) return [];
            // A hole ends the line of one point before that of the next.
            return [
              [low, price.of(point)],
              [high, price.of(point)],
              [Number.NaN, Number.NaN],
            ];
          }),
          symbol: 'none',
          lineStyle: { color: seriesColor(theme, 0), width: 6, opacity: 0.22, cap: 'round' },
        },
        {
          id: 'knee',
          type: 'scatter',
          silent: true,
          data: knee && knee !== marked ? [at(knee)] : [],
          symbol: 'diamond',
          symbolSize: 16,
          itemStyle: { color: 'transparent', borderColor: theme.muted, borderWidth: 2 },
          label: {
            show: true,
            position: 'bottom',
            ...beside(knee),
            color: theme.muted,
            formatter: knee ? `more than ${knee.workers} hardly help` : '',
          },
          z: 4,
        },
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
            formatter: ({ dataIndex }) => (numbered.has(dataIndex) ? String(sorted[dataIndex]?.workers) : ''),
          },
          labelLayout: { hideOverlap: true },
          ...(evidence && {
            markLine: {
              silent: true,
              symbol: 'none',
              lineStyle: { color: theme.muted, type: 'dashed', width: 1 },
              label: {
                color: theme.muted,
                formatter: 'fastest possible',
                position: 'insideStartBottom',
                rotate: 90,
              },
              data: [{ xAxis: evidence.criticalPathSeconds }],
            },
          }),
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
            position: 'bottom',
            distance: 6,
            ...beside(marked),
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

/** Of points at nearly the same time only that with the fewest workers has its number, or they would lie on each other. */
function apart(sorted: readonly FrontPoint[], least: number): ReadonlySet<number> {
  const shown = new Set<number>();
  let last: number | null = null;
  for (let at = sorted.length - 1; at >= 0; at--) {
    const { timeSeconds } = sorted[at] as FrontPoint;
    const before: number =
      last === null ? Number.POSITIVE_INFINITY : (sorted[last] as FrontPoint).timeSeconds;
    if (before - timeSeconds < least && before !== timeSeconds) continue;
    // Of those that take equally long the one with the fewest workers comes first.
    if (last !== null && before === timeSeconds) shown.delete(last);
    shown.add(at);
    last = at;
  }
  return shown;
}

/** Amdahl's limit (1967) in words. */
function limitText(evidence: FrontEvidence | null): string {
  if (!evidence) return '';
  const { criticalPathSeconds, mostSpeedup, kneeWorkers } = evidence;
  const limit = `No number of workers is faster than ${describeDuration(criticalPathSeconds)}, ${round(mostSpeedup)} times as fast as one worker.`;
  return kneeWorkers === null ? limit : `${limit} More than ${workersText(kneeWorkers)} hardly help.`;
}

function describe(sorted: readonly FrontPoint[], marked: FrontPoint | undefined): string {
  const fastest = sorted[0];
  const slowest = sorted.at(-1);
  if (!fastest || !slowest) return 'No choices of workers to compare.';
  const range = `From ${workersText(slowest.workers)}, ${describeDuration(slowest.timeSeconds)}, ${priceText(slowest)}, to ${workersText(fastest.workers)}, ${describeDuration(fastest.timeSeconds)}, ${priceText(fastest)}.`;
  if (!marked) return range;
  return `${range} The plan uses ${workersText(marked.workers)}: ${describeDuration(marked.timeSeconds)}, ${priceText(marked)}.`;
}
