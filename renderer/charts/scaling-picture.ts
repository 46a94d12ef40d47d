import { describeDuration } from '../../main/platform/units.ts';
import type { LoadPoint } from '../../main/telemetry/views.ts';
import { axisStyle, baseOption, elapsedAxis, withAlpha } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';

export interface ScalingCourse {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Now for a live run. */
  readonly endsAt: number;
  readonly points: readonly LoadPoint[];
  /** Tasks of the run. */
  readonly total: number;
  /** Workers wished for, true from then on; in order of time. */
  readonly wanted: readonly { readonly at: number; readonly workers: number }[];
  /** When all is done, ms, with the band that holds four of five; null where nothing is predicted. */
  readonly finish: { readonly low: number; readonly point: number; readonly high: number } | null;
}

/**
 * Three pictures on one time axis: tasks left and waiting with the prediction drawn ahead and its band, workers wanted,
 * there and busy, and the share of the workers that is busy.
 */
export function scalingPicture(course: ScalingCourse, theme: ChartTheme): Picture {
  const { startedAt, endsAt, points, total, finish } = course;
  const elapsed = (at: number) => Math.max(0, (at - startedAt) / 1000);
  const now = elapsed(Math.max(endsAt, points.at(-1)?.at ?? endsAt));
  const seconds = Math.max(now, finish ? elapsed(finish.high) : 0);
  const last = points.at(-1);
  const shown = last && elapsed(last.at) < now ? [...points, { ...last, at: endsAt }] : points;
  const line = (value: (point: LoadPoint) => number | null) =>
    shown.map((point) => [elapsed(point.at), value(point)]);
  const left = (point: LoadPoint) => Math.max(0, total - point.finished);
  const leftNow = last ? left(last) : total;
  const [taskColor, queueColor, workerColor] = [2, 3, 0].map((index) => seriesColor(theme, index));
  const xAxis = elapsedAxis(theme, seconds);
  const bare = { name: '', axisLabel: { show: false }, axisTick: { show: false } };
  const count = { type: 'value' as const, min: 0, minInterval: 1, splitNumber: 3 };
  const at = (gridIndex: number) => ({ xAxisIndex: gridIndex, yAxisIndex: gridIndex });
  const step = { type: 'line' as const, step: 'end' as const, symbol: 'none' };
  return {
    description: describe(course, now),
    table: () => tableOf(course, elapsed),
    option: {
      ...baseOption(theme),
      axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: theme.muted } },
      grid: [
        { left: 60, right: 28, outerBoundsMode: 'none', top: 28, height: '27%' },
        { left: 60, right: 28, outerBoundsMode: 'none', top: '42%', height: '23%' },
        { left: 60, right: 28, outerBoundsMode: 'none', top: '75%', bottom: 44 },
      ],
      xAxis: [
        { ...xAxis, ...bare, gridIndex: 0 },
        { ...xAxis, ...bare, gridIndex: 1 },
        { ...xAxis, gridIndex: 2 },
      ],
      yAxis: [
        { ...axisStyle(theme, 'tasks left, and waiting (filled)', 'y'), ...count, gridIndex: 0 },
        {
          ...axisStyle(theme, 'workers wanted (dashed), there, and busy (filled)', 'y'),
          ...count,
          gridIndex: 1,
        },
        {
          ...axisStyle(theme, 'workers busy, %', 'y'),
          type: 'value',
          min: 0,
          max: 100,
          interval: 50,
          gridIndex: 2,
        },
      ],
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'axis',
        formatter: (params) => {
          const point = shown[tooltipIndex(params) ?? -1];
          if (!point) return '';
          return tooltipHtml(`${describeDuration(elapsed(point.at))} after the start`, [
            [new Date(point.at).toLocaleString()],
            ['tasks left', String(left(point))],
            ['waiting for a worker', String(point.queued)],
            ['workers wanted', String(wantedAt(course.wanted, point.at) ?? 'not known')],
            ['workers there', String(point.workers)],
            ['busy', `${point.running} (${percentText(busyShare(point))})`],
          ]);
        },
      },
      series: [
        { ...step, ...at(0), id: 'left', data: line(left), lineStyle: { color: taskColor, width: 1.5 } },
        {
          ...step,
          ...at(0),
          id: 'waiting',
          data: line((point) => point.queued),
          lineStyle: { color: queueColor, width: 1 },
          areaStyle: { color: withAlpha(queueColor ?? theme.muted, 0.2) },
        },
        {
          id: 'band',
          type: 'custom',
          silent: true,
          ...at(0),
          encode: { x: [0, 1], y: [2] },
          data: finish ? [[elapsed(finish.low), elapsed(finish.high), leftNow]] : [],
          renderItem: (_, api) => ({
            type: 'polygon',
            shape: {
              points: [
                api.coord([now, Number(api.value(2))]),
                api.coord([Math.max(now, Number(api.value(1))), 0]),
                api.coord([Math.max(now, Number(api.value(0))), 0]),
              ],
            },
            style: { fill: withAlpha(taskColor ?? theme.muted, 0.18) },
          }),
        },
        {
          id: 'predicted',
          type: 'line',
          symbol: 'none',
          silent: true,
          ...at(0),
          data: finish
            ? [
                [now, leftNow],
                [Math.max(now, elapsed(finish.point)), 0],
              ]
            : [],
          lineStyle: { color: taskColor, width: 1.5, type: 'dashed' },
        },
        {
          ...step,
          ...at(1),
          id: 'busy',
          data: line((point) => point.running),
          lineStyle: { width: 0 },
          areaStyle: { color: withAlpha(workerColor ?? theme.muted, 0.3) },
        },
        {
          ...step,
          ...at(1),
          id: 'workers',
          data: line((point) => point.workers),
          lineStyle: { color: workerColor, width: 1.5 },
        },
        {
          ...step,
          ...at(1),
          id: 'wanted',
          data: wantedLine(course.wanted, elapsed, now),
          lineStyle: { color: theme.text, width: 1.25, type: 'dashed' },
        },
        {
          ...step,
          ...at(2),
          id: 'utilisation',
          data: line((point) => {
            const share = busyShare(point);
            return share === null ? null : share * 100;
          }),
          lineStyle: { color: workerColor, width: 1.5 },
        },
      ],
    },
  };
}

/** Of the workers there; null while there is none. */
export function busyShare({ running, workers }: Pick<LoadPoint, 'running' | 'workers'>): number | null {
  return workers > 0 ? Math.min(1, running / workers) : null;
}

function wantedAt(wanted: ScalingCourse['wanted'], at: number): number | null {
  return wanted.findLast((wish) => wish.at <= at)?.workers ?? null;
}

function wantedLine(
  wanted: ScalingCourse['wanted'],
  elapsed: (at: number) => number,
  now: number,
): number[][] {
  const line = wanted.map(({ at, workers }) => [elapsed(at), workers]);
  const last = wanted.at(-1);
  return last && elapsed(last.at) < now ? [...line, [now, last.workers]] : line;
}

function tableOf({ points, total, wanted, finish }: ScalingCourse, elapsed: (at: number) => number) {
  const predicted = finish
    ? ([
        ['predicted, early', finish.low],
        ['predicted', finish.point],
        ['predicted, late', finish.high],
      ] as const)
    : [];
  return {
    columns: ['what', 'at', 'elapsed_s', 'left', 'waiting', 'running', 'workers', 'wanted'],
    rows: [
      ...points.map((point) => [
        'measured',
        new Date(point.at).toISOString(),
        elapsed(point.at),
        total - point.finished,
        point.queued,
        point.running,
        point.workers,
        wantedAt(wanted, point.at),
      ]),
      ...predicted.map(([what, at]) => [
        what,
        new Date(at).toISOString(),
        elapsed(at),
        0,
        null,
        null,
        null,
        null,
      ]),
    ],
  };
}

function describe({ points, total, wanted, finish, startedAt }: ScalingCourse, now: number): string {
  const last = points.at(-1);
  if (!last) return 'Nothing recorded yet.';
  const ahead = finish
    ? ` All is predicted to be done ${describeDuration((finish.point - startedAt) / 1000)} after the start, in four of five cases between ${describeDuration((finish.low - startedAt) / 1000)} and ${describeDuration((finish.high - startedAt) / 1000)}.`
    : '';
  return `After ${describeDuration(now)} ${total - last.finished} of ${total} tasks are left and ${last.queued} of them wait; ${wantedAt(wanted, last.at) ?? 'an unknown number of'} workers are wanted, ${last.workers} are there and ${last.running} are busy.${ahead}`;
}

const percentText = (share: number | null) => (share === null ? 'no worker' : `${Math.round(share * 100)} %`);
