import { describe, expect, it } from 'vitest';
import { chartTheme } from '../../../../renderer/charts/chart-theme.ts';
import { coursesPicture, workersAt } from '../../../../renderer/charts/courses-picture.ts';
import {
  busyShare,
  type ScalingCourse,
  scalingPicture,
} from '../../../../renderer/charts/scaling-picture.ts';

const theme = chartTheme(false);
const START = 1_000_000;
const at = (seconds: number) => START + seconds * 1000;
const course: ScalingCourse = {
  startedAt: START,
  endsAt: at(60),
  total: 20,
  points: [
    { at: at(0), queued: 20, running: 0, workers: 0, finished: 0 },
    { at: at(60), queued: 10, running: 3, workers: 4, finished: 7 },
  ],
  wanted: [
    { at: at(0), workers: 2 },
    { at: at(30), workers: 5 },
  ],
  finish: { low: at(110), point: at(120), high: at(180) },
};

describe('queue, workers and use', () => {
  const picture = scalingPicture(course, theme);
  const axisEnd = ({ option }: typeof picture) =>
    ([option.xAxis].flat() as { max?: number }[]).map(({ max }) => max);

  it('reaches ahead to the late end of the prediction, and only to now without one', () => {
    expect(axisEnd(picture)).toEqual([180, 180, 180]);
    expect(axisEnd(scalingPicture({ ...course, finish: null }, theme))).toEqual([60, 60, 60]);
  });

  it('says what is left, who works and when all will be done', () => {
    expect(picture.description).toBe(
      'After 1 min 13 of 20 tasks are left and 10 of them wait; 5 workers are wanted, 4 are there and 3 are busy. All is predicted to be done 2 min after the start, in four of five cases between 1 min 50 s and 3 min.',
    );
  });

  it('keeps what was measured apart from what is predicted in its data', () => {
    const { columns, rows } = picture.table();
    expect(rows.map(([what]) => what)).toEqual([
      'measured',
      'measured',
      'predicted, early',
      'predicted',
      'predicted, late',
    ]);
    expect(rows[1]?.[columns.indexOf('wanted')]).toBe(5);
  });

  it('knows no use of workers that are not there', () => {
    expect(busyShare({ running: 0, workers: 0 })).toBeNull();
    expect(busyShare({ running: 3, workers: 4 })).toBe(0.75);
    expect(busyShare({ running: 4, workers: 3 })).toBe(1);
  });
});

describe('workers over time of two courses', () => {
  const slow = { name: 'slow', makespanSeconds: 100, workers: [{ at: 10, workers: 1 }] };
  const fast = {
    name: 'fast',
    makespanSeconds: 40,
    workers: [
      { at: 5, workers: 3 },
      { at: 30, workers: 2 },
    ],
  };

  it('reads how many were there at any moment', () => {
    expect([0, 5, 29, 30, 40].map((moment) => workersAt(fast, moment))).toEqual([0, 3, 3, 2, 0]);
  });

  it('says in words how they compare and keeps every point in the data', () => {
    const picture = coursesPicture([slow, fast], theme);
    expect(picture.description).toBe(
      'slow: done after 1 min 40 s, at most 1 worker. fast: done after 40 s, at most 3 workers.',
    );
    expect(picture.table().rows).toHaveLength(3);
  });
});
