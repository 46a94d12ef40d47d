import { describeDuration } from '../../main/platform/units.ts';
import type { LoadPoint } from '../../main/telemetry/views.ts';
import { axisStyle, baseOption, elapsedAxis, withAlpha } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';

/**
 * Two pictures on one time axis, because a queue of thousands and a handful of workers share no scale: above,
 * how many tasks wait; below, how many workers there are and how many of them are busy.
 * @param startedAt ms; the left end
 * @param endsAt ms; the right end, which is now for a live run
 */
export function loadPicture(
  points: readonly LoadPoint[],
  startedAt: number,
  endsAt: number,
  theme: ChartTheme,
): Picture {
  const elapsed = (at: number) => Math.max(0, (at - startedAt) / 1000);
  const seconds = elapsed(Math.max(endsAt, points.at(-1)?.at ?? endsAt));
  const last = points.at(-1);
  // What was true last is true until now: the lines reach the right end.
  const extended = last && elapsed(last.at) < seconds ? [...points, { ...last, at: endsAt }] : points;
  const line = (value: (point: LoadPoint) => number) =>
    extended.map((point) => [elapsed(point.at), value(point)]);
  const [queueColor, workerColor] = [seriesColor(theme, 3), seriesColor(theme, 0)];
  const xAxis = elapsedAxis(theme, seconds);
  const count = { type: 'value' as const, min: 0, minInterval: 1, splitNumber: 3 };
  return {
    description: describe(points, seconds),
    table: () => ({
      columns: ['at', 'elapsed_s', 'waiting', 'running', 'workers', 'finished'],
      rows: points.map((point) => [
        new Date(point.at).toISOString(),
        elapsed(point.at),
        point.queued,
        point.running,
        point.workers,
        point.finished,
      ]),
    }),
    option: {
      ...baseOption(theme),
      axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: theme.muted } },
      grid: [
        { left: 60, right: 28, outerBoundsMode: 'none', top: 28, bottom: '60%' },
        { left: 60, right: 28, outerBoundsMode: 'none', top: '54%', bottom: 44 },
      ],
      xAxis: [
        { ...xAxis, gridIndex: 0, name: '', axisLabel: { show: false }, axisTick: { show: false } },
        { ...xAxis, gridIndex: 1 },
      ],
      yAxis: [
        { ...axisStyle(theme, 'tasks waiting', 'y'), ...count, gridIndex: 0 },
        { ...axisStyle(theme, 'workers (dashed) and busy', 'y'), ...count, gridIndex: 1 },
      ],
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'axis',
        formatter: (params) => {
          const point = extended[tooltipIndex(params) ?? -1];
          if (!point) return '';
          return tooltipHtml(`${describeDuration(elapsed(point.at))} after the start`, [
            [new Date(point.at).toLocaleString()],
            ['waiting', String(point.queued)],
            ['busy workers', `${point.running} of ${point.workers}`],
            ['finished', String(point.finished)],
          ]);
        },
      },
      series: [
        {
          id: 'waiting',
          type: 'line',
          step: 'end',
          symbol: 'none',
          data: line((point) => point.queued),
          lineStyle: { color: queueColor, width: 1.5 },
          areaStyle: { color: withAlpha(queueColor, 0.2) },
          sampling: 'lttb',
        },
        {
          id: 'busy',
          type: 'line',
          step: 'end',
          symbol: 'none',
          xAxisIndex: 1,
          yAxisIndex: 1,
          data: line((point) => point.running),
          lineStyle: { color: workerColor, width: 1.5 },
          areaStyle: { color: withAlpha(workerColor, 0.25) },
        },
        {
          id: 'workers',
          type: 'line',
          step: 'end',
          symbol: 'none',
          xAxisIndex: 1,
          yAxisIndex: 1,
          data: line((point) => point.workers),
          lineStyle: { color: theme.text, width: 1.25, type: 'dashed' },
        },
      ],
    },
  };
}

function describe(points: readonly LoadPoint[], seconds: number): string {
  const last = points.at(-1);
  if (!last) return 'Nothing recorded yet.';
  const peakQueue = points.reduce((most, point) => Math.max(most, point.queued), 0);
  const peakWorkers = points.reduce((most, point) => Math.max(most, point.workers), 0);
  return `Over ${describeDuration(seconds)} at most ${peakQueue} tasks waited and at most ${peakWorkers} workers were there. At the end ${last.queued} wait, ${last.running} of ${last.workers} workers are busy and ${last.finished} tasks are finished.`;
}
