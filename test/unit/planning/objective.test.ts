import { describe, expect, it } from 'vitest';
import { choosePoint } from '../../../main/planning/objective.ts';
import type { FrontPoint } from '../../../main/planning/plan.ts';
import { candidateTotals } from '../../../main/planning/scale-plan.ts';

const free = (workers: number, timeSeconds: number): FrontPoint => ({
  workers,
  workersByTag: { m: workers },
  timeSeconds,
  costUsd: null,
  workerHours: (workers * timeSeconds) / 3600,
});
const priced = (workers: number, timeSeconds: number, costUsd: number) => ({
  ...free(workers, timeSeconds),
  costUsd,
});

/** 16 tasks of 100 s: eight workers are as fast as they can be used well, sixteen halve it again, more do nothing. */
const front = [free(1, 1600), free(2, 800), free(4, 400), free(8, 200), free(16, 100), free(32, 100)];
const anything = { seconds: null, budgetUsd: null };

describe('the number of workers', () => {
  it('is the fewest that end in time when cost is to be small', () => {
    expect(choosePoint(front, 'minimize cost', { ...anything, seconds: 500 }).point.workers).toBe(4);
    expect(choosePoint(front, 'minimize cost', anything).point.workers).toBe(1);
  });

  it('is the most that still help when time is to be short', () => {
    expect(choosePoint(front, 'minimize time', anything).point.workers).toBe(16);
  });

  it('is balanced where one more factor of workers stops paying', () => {
    const amdahl = [free(1, 1000), free(2, 550), free(4, 325), free(8, 290), free(16, 280)];
    const cost = choosePoint(amdahl, 'minimize cost', anything).point.workers;
    const time = choosePoint(amdahl, 'minimize time', anything).point.workers;
    const balance = choosePoint(amdahl, 'balance', anything).point.workers;
    expect(cost).toBeLessThan(balance);
    expect(balance).toBeLessThan(time);
  });

  it('never breaks the budget while there is a way not to', () => {
    const paid = [priced(1, 1000, 5), priced(4, 300, 9), priced(8, 200, 14)];
    const { point, notes } = choosePoint(paid, 'minimize time', { seconds: null, budgetUsd: 10 });
    expect([point.workers, notes]).toEqual([4, []]);
  });

  it('is the nearest that can be had when the wish cannot be met, and a note says so', () => {
    const late = choosePoint(front, 'minimize cost', { seconds: 10, budgetUsd: null });
    expect(late.point.workers).toBe(16);
    expect(late.notes[0]).toMatchObject({
      code: 'W_DEADLINE',
      message: expect.stringContaining('16 workers'),
    });
    const paid = [priced(1, 1000, 5), priced(4, 300, 9)];
    const poor = choosePoint(paid, 'minimize time', { seconds: null, budgetUsd: 1 });
    expect(poor.point.costUsd).toBe(5);
    expect(poor.notes[0]).toMatchObject({ code: 'W_BUDGET', message: expect.stringContaining('$5.00') });
  });

  it('leaves room for work that takes longer where it has to be safe, and says where there is none', () => {
    const ranged = front.map((point) => ({
      ...point,
      timeRange: { low: 0.8 * point.timeSeconds, high: 1.2 * point.timeSeconds },
    }));
    const chosen = (seconds: number, isSafe: boolean) =>
      choosePoint(ranged, 'minimize cost', { seconds, budgetUsd: null, isSafe });
    expect([chosen(420, false).point.workers, chosen(420, true).point.workers]).toEqual([4, 8]);
    expect(chosen(420, true).notes).toEqual([]);
    const tight = chosen(110, true);
    expect(tight.point.workers).toBe(16);
    expect(tight.notes.map(({ code, message }) => [code, message])).toEqual([
      [
        'W_DEADLINE_TIGHT',
        'The run should end within 1 min 50 s, but only just: about 1 min 40 s with 16 workers, and one time in ten more than 2 min.',
      ],
    ]);
    expect(chosen(110, false).notes).toEqual([]);
  });

  it('is tried in steps of at most a half, up to the most allowed', () => {
    expect(candidateTotals(1)).toEqual([1]);
    expect(candidateTotals(5)).toEqual([1, 2, 3, 4, 5]);
    expect(candidateTotals(100)).toEqual([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 100]);
  });

  it('says that a budget limits nothing where no prices are known', () => {
    const wish = { ...anything, budgetUsd: 5 };
    expect(choosePoint(front, 'balance', wish).notes.map(({ code }) => code)).toEqual([
      'W_BUDGET_WITHOUT_PRICES',
    ]);
    expect(choosePoint([priced(1, 1600, 3)], 'balance', wish).notes).toEqual([]);
  });
});
