import { describe, expect, it } from 'vitest';
import {
  expect as expectWork,
  learn,
  newPace,
  predictFinish,
  type TaskPace,
} from '../../../main/session/progress.ts';

const REQUEST = { cpus: 1, memoryBytes: 2 ** 30 };

function pace(
  remaining: number,
  predicted: number | null,
  done: readonly number[] = [],
  request = REQUEST,
): TaskPace {
  const made = newPace();
  for (let i = 0; i < remaining; i++) expectWork(made, predicted, request, 1);
  for (const seconds of done) learn(made, seconds, predicted);
  return made;
}

describe('the predicted finish', () => {
  it('does not wait for a last small task without history: it counts as one more of the others', () => {
    expect(predictFinish([pace(9, 10), pace(1, null)], 1, 0)?.point).toBe(100_000);
    expect(predictFinish([pace(0, null, [10, 10, 10, 10, 10]), pace(1, null)], 1, 0)?.point).toBe(10_000);
  });

  it('is unknown while too much of the work is', () => {
    expect(predictFinish([pace(3, 10), pace(3, null)], 2, 0)).toBeNull();
    expect(predictFinish([], 2, 0)).toBeNull();
  });

  it('is the work that is left over the workers there are', () => {
    expect(predictFinish([pace(10, 60)], 5, 1_000_000)?.point).toBe(1_000_000 + 120_000);
    expect(predictFinish([pace(2, 60)], 5, 0)?.point).toBe(60_000);
  });

  it('counts no worker that the machine all of them share has no room for', () => {
    const finish = (cpus: number, gib: number, request = REQUEST) =>
      predictFinish([pace(12, 60, [], request)], 6, 0, { cpus, memoryBytes: gib * 2 ** 30 })?.point;
    expect(finish(2, 100)).toBe(360_000);
    expect(finish(100, 3)).toBe(240_000);
    expect(finish(100, 100)).toBe(120_000);
    expect(finish(4, 100, { cpus: 8, memoryBytes: 2 ** 30 })).toBe(720_000);
  });

  it('learns from the run: measured times where nothing was predicted, corrected predictions where it was', () => {
    expect(predictFinish([pace(4, null, [10, 30])], 1, 0)?.point).toBe(80_000);
    expect(predictFinish([pace(4, 10, [20, 20])], 1, 0)?.point).toBe(80_000);
  });

  it('has an interval around it that grows with the spread of what was measured', () => {
    const even = predictFinish([pace(10, null, [10, 10, 10])], 1, 0);
    const uneven = predictFinish([pace(10, null, [1, 5, 24])], 1, 0);
    expect(even).toEqual({ low: 95_000, point: 100_000, high: 105_000 });
    expect((uneven?.high ?? 0) - (uneven?.low ?? 0)).toBeGreaterThan(50_000);
    expect(uneven?.low).toBeGreaterThanOrEqual(0);
  });
});
