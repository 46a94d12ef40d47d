import { describeDuration } from '../../main/platform/units.ts';
import type { LaneSpan } from '../../main/telemetry/views.ts';
import { axisStyle, baseOption, elapsedAxis } from './axes.ts';
import { type ChartTheme, seriesColor } from './chart-theme.ts';
import type { Picture } from './picture.ts';
import { renderSpan, type SpanLook } from './span-shape.ts';
import { tooltipHtml, tooltipIndex } from './tooltip.ts';

/** Above this many lanes the labels would overlap: then a slider moves over them. */
const LANES_IN_VIEW = 24;
const LANE_HEIGHT = 15;
/** Space of axis, slider and margins. */
const FRAME_HEIGHT = 86;
/** Fewer spans than this are seen well without zooming in. */
const SPANS_WITHOUT_SLIDER = 100;

export interface LanesInput {
  readonly spans: readonly LaneSpan[];
  /** ms; the left end. */
  readonly startedAt: number;
  /** ms; where spans without an end reach to. */
  readonly now: number;
}

const naturally = new Intl.Collator(undefined, { numeric: true });

/** Workers in the order of their tags and numbers: `demeter-2` before `demeter-10`. */
export function laneOrder(spans: readonly LaneSpan[]): readonly string[] {
  const tags = new Map(spans.map((span) => [span.workerId, span.tag]));
  return [...tags]
    .toSorted(([a, tagA], [b, tagB]) => naturally.compare(tagA, tagB) || naturally.compare(a, b))
    .map(([workerId]) => workerId);
}

/** Height in pixels in which every visible lane can be told from the next. */
export function lanesHeight(spans: readonly LaneSpan[]): number {
  const lanes = new Set(spans.map((span) => span.workerId)).size;
  return FRAME_HEIGHT + Math.min(Math.max(lanes, 3), LANES_IN_VIEW) * LANE_HEIGHT;
}

export function failed(span: LaneSpan): boolean {
  return span.outcome !== null && span.outcome !== 'succeeded' && span.outcome !== 'cancelled';
}

/** One lane a worker, one rectangle an attempt; what failed is crossed out, what still runs has an open end. */
export function lanesPicture({ spans, startedAt, now }: LanesInput, theme: ChartTheme): Picture {
  const lanes = laneOrder(spans);
  const laneOf = new Map(lanes.map((workerId, index) => [workerId, index]));
  // In order of appearance, so that a task keeps its colour while others begin.
  const tasks = [...new Set(spans.toSorted((a, b) => a.startedAt - b.startedAt).map((span) => span.task))];
  const colorOf = new Map(tasks.map((task, index) => [task, seriesColor(theme, index)]));
  const elapsed = (at: number) => (at - startedAt) / 1000;
  const seconds = spans.reduce((most, span) => Math.max(most, elapsed(span.finishedAt ?? now)), 1);
  const looks: SpanLook[] = spans.map((span) => ({
    color: colorOf.get(span.task) ?? theme.text,
    mark: failed(span) ? 'failed' : span.finishedAt === null ? 'running' : 'plain',
  }));
  const manyLanes = lanes.length > LANES_IN_VIEW;
  const manySpans = spans.length > SPANS_WITHOUT_SLIDER;
  return {
    description: describe(spans, lanes.length),
    fullHeight: FRAME_HEIGHT + lanes.length * LANE_HEIGHT,
    table: () => ({
      columns: ['worker', 'tag', 'instance', 'task', 'attempt', 'started_s', 'finished_s', 'outcome'],
      rows: spans.map((span) => [
        span.workerId,
        span.tag,
        span.instanceId,
        span.task,
        span.attempt,
        elapsed(span.startedAt),
        span.finishedAt === null ? null : elapsed(span.finishedAt),
        span.outcome,
      ]),
    }),
    option: {
      ...baseOption(theme),
      grid: { left: 8, right: manyLanes ? 36 : 16, top: 24, bottom: manySpans ? 62 : 32, containLabel: true },
      xAxis: elapsedAxis(theme, seconds),
      yAxis: {
        ...axisStyle(theme, '', 'y'),
        type: 'category',
        data: [...lanes],
        inverse: true,
        splitLine: { show: false },
        // Every lane has its name as long as the names do not touch.
        axisLabel: {
          color: theme.muted,
          fontSize: 11,
          width: 140,
          overflow: 'truncate',
          interval: 0,
          hideOverlap: true,
        },
      },
      dataZoom: [
        { type: 'inside', xAxisIndex: 0, filterMode: 'weakFilter', zoomOnMouseWheel: 'ctrl' },
        ...(manySpans
          ? [
              {
                type: 'slider' as const,
                xAxisIndex: 0,
                filterMode: 'weakFilter' as const,
                height: 14,
                bottom: 8,
                brushSelect: false,
                showDetail: false,
                borderColor: theme.grid,
                fillerColor: theme.grid,
              },
            ]
          : []),
        ...(manyLanes
          ? [
              {
                type: 'slider' as const,
                yAxisIndex: 0,
                filterMode: 'filter' as const,
                width: 14,
                right: 8,
                top: 28,
                startValue: 0,
                endValue: LANES_IN_VIEW - 1,
                brushSelect: false,
                showDetail: false,
                borderColor: theme.grid,
              },
            ]
          : []),
      ],
      tooltip: {
        ...baseOption(theme).tooltip,
        trigger: 'item',
        formatter: (params) => {
          const span = spans[tooltipIndex(params) ?? -1];
          return span ? spanTooltip(span, now) : '';
        },
      },
      series: [
        {
          id: 'spans',
          type: 'custom',
          // Drawn in slices, so that 10,000 spans never hold up a frame.
          progressive: 500,
          progressiveThreshold: 1500,
          encode: { x: [1, 2], y: 0 },
          data: spans.map((span) => [
            laneOf.get(span.workerId) ?? 0,
            elapsed(span.startedAt),
            elapsed(span.finishedAt ?? now),
          ]),
          renderItem: (params, api) => renderSpan(params, api, looks[params.dataIndex], theme),
        },
      ],
    },
  };
}

function spanTooltip(span: LaneSpan, now: number): string {
  const seconds = ((span.finishedAt ?? now) - span.startedAt) / 1000;
  return tooltipHtml(span.instanceId, [
    ['worker', span.workerId],
    ...(span.attempt > 1 ? [['attempt', String(span.attempt)] as const] : []),
    [span.finishedAt === null ? 'running for' : 'took', describeDuration(seconds)],
    ['started', new Date(span.startedAt).toLocaleTimeString()],
    ...(span.outcome === null ? [] : [['outcome', span.outcome.replaceAll('_', ' ')] as const]),
  ]);
}

function describe(spans: readonly LaneSpan[], lanes: number): string {
  if (spans.length === 0) return 'No attempt has started yet.';
  const failures = spans.filter(failed).length;
  const running = spans.filter((span) => span.finishedAt === null).length;
  return `${spans.length} attempts on ${lanes} ${lanes === 1 ? 'worker' : 'workers'}: ${failures} failed, ${running} still running. The task table lists each of them.`;
}
