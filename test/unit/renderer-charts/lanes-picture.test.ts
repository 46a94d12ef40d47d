import { describe, expect, it } from 'vitest';
import type { LaneSpan } from '../../../main/telemetry/views.ts';
import { chartTheme } from '../../../renderer/charts/chart-theme.ts';
import { laneOrder, lanesPicture } from '../../../renderer/charts/lanes-picture.ts';
import { clipBox } from '../../../renderer/charts/span-shape.ts';
import { escapeHtml, tooltipHtml } from '../../../renderer/charts/tooltip.ts';

const span = (over: Partial<LaneSpan>): LaneSpan => ({
  workerId: 'model-1',
  tag: 'model',
  instanceId: 'simulate.1',
  task: 'simulate',
  attempt: 1,
  startedAt: 1000,
  finishedAt: 3000,
  outcome: 'succeeded',
  ...over,
});

describe('worker lanes', () => {
  it('stand in the order of their numbers, tag by tag', () => {
    const spans = ['model-10', 'model-2', 'post-1'].map((workerId) =>
      span({ workerId, tag: workerId.split('-')[0] ?? '' }),
    );
    expect(laneOrder(spans)).toEqual(['model-2', 'model-10', 'post-1']);
  });

  it('say in words what failed and what still runs', () => {
    const spans = [
      span({}),
      span({ outcome: 'out_of_memory', instanceId: 'simulate.2' }),
      span({ outcome: 'cancelled', instanceId: 'simulate.3' }),
      span({ finishedAt: null, outcome: null, instanceId: 'simulate.4' }),
    ];
    const { description } = lanesPicture({ spans, startedAt: 0, now: 9000 }, chartTheme(false));
    expect(description).toContain('4 attempts on 1 worker: 1 failed, 1 still running');
  });

  it('give the data behind them in seconds from the start of the run', () => {
    const { table } = lanesPicture({ spans: [span({})], startedAt: 1000, now: 9000 }, chartTheme(false));
    expect(table().rows[0]?.slice(5)).toEqual([0, 2, 'succeeded']);
  });

  it('reach to now where an attempt still runs', () => {
    const spans = [span({ finishedAt: null, outcome: null })];
    const { option } = lanesPicture({ spans, startedAt: 1000, now: 61_000 }, chartTheme(true));
    expect(option.xAxis).toMatchObject({ min: 0, max: 60 });
  });

  it('build the picture of 10,000 attempts in well under a frame budget of a page', () => {
    const spans = Array.from({ length: 10_000 }, (_, index) =>
      span({
        workerId: `w-${index % 64}`,
        instanceId: `t.${index}`,
        startedAt: index,
        finishedAt: index + 50,
      }),
    );
    const before = performance.now();
    lanesPicture({ spans, startedAt: 0, now: 20_000 }, chartTheme(false));
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe('a span that is partly out of view', () => {
  const area = { x: 10, y: 10, width: 100, height: 50 };
  it('is cut at the border', () => {
    expect(clipBox({ x: 0, y: 20, width: 30, height: 5 }, area)).toEqual({
      x: 10,
      y: 20,
      width: 20,
      height: 5,
    });
  });
  it('is not drawn when nothing of it is in view', () => {
    expect(clipBox({ x: 200, y: 20, width: 30, height: 5 }, area)).toBeNull();
  });
});

describe('tooltips', () => {
  it('show names as text, never as markup', () => {
    expect(escapeHtml(`<img src=x onerror="a('b')">&`)).toBe(
      '&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;',
    );
    expect(tooltipHtml('<b>', [['<i>', '<u>']])).toBe('<b>&lt;b&gt;</b><br>&lt;i&gt;: <b>&lt;u&gt;</b>');
  });
});
