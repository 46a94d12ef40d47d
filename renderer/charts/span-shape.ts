import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import type { ChartTheme } from './chart-theme.ts';

export interface SpanLook {
  readonly color: string;
  readonly mark: 'plain' | 'failed' | 'running';
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Part of `box` inside `area`; null when nothing of it is. Spans are clipped here because a zoomed axis is narrower than they are. */
export function clipBox(box: Box, area: Box): Box | null {
  const left = Math.max(box.x, area.x);
  const right = Math.min(box.x + box.width, area.x + area.width);
  const top = Math.max(box.y, area.y);
  const bottom = Math.min(box.y + box.height, area.y + area.height);
  if (right < left || bottom <= top) return null;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The rectangle of one attempt. Failure shows by a cross and a border, not by colour alone. */
export function renderSpan(
  params: CustomSeriesRenderItemParams,
  api: CustomSeriesRenderItemAPI,
  look: SpanLook | undefined,
  theme: ChartTheme,
) {
  const lane = api.value(0);
  const start = api.coord([api.value(1), lane]);
  const end = api.coord([api.value(2), lane]);
  const size = api.size?.([0, 1]);
  const laneHeight = Array.isArray(size) ? (size[1] ?? 0) : (size ?? 0);
  const [x = 0, y = 0] = start;
  const height = Math.max(2, laneHeight * 0.72);
  // An attempt shorter than a pixel still happened: it keeps a pixel. A gap of half a pixel parts neighbours.
  const width = Math.max(1, (end[0] ?? x) - x - 0.5);
  const area = params.coordSys;
  const box = clipBox({ x, y: y - height / 2, width, height }, boxOf(area));
  if (!box || !look) return null;
  const plain = { type: 'rect' as const, shape: { ...box }, style: { fill: look.color } };
  if (look.mark === 'plain') return plain;
  if (look.mark === 'running') {
    return {
      ...plain,
      style: { fill: look.color, opacity: 0.55, stroke: look.color, lineWidth: 1, lineDash: [3, 2] },
    };
  }
  const border = {
    ...plain,
    style: { fill: theme.background, stroke: theme.failure, lineWidth: 1.5 },
  };
  const stroke = { stroke: theme.failure, lineWidth: 1.5 };
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: 'line' as const,
    shape: { x1, y1, x2, y2 },
    style: stroke,
    silent: true,
  });
  return {
    type: 'group' as const,
    children: [border, line(box.x, box.y, right, bottom), line(box.x, bottom, right, box.y)],
  };
}

/** The plot's own rectangle; the library gives it for cartesian systems but types it for all of them. */
function boxOf(system: object): Box {
  const read = (key: keyof Box) => {
    const value: unknown = Reflect.get(system, key);
    return typeof value === 'number' ? value : 0;
  };
  return { x: read('x'), y: read('y'), width: read('width'), height: read('height') };
}
