import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AdviceOutcome, atMost, judgeAdvice } from '../../../main/telemetry/advice-record.ts';

function outcome(more: Partial<AdviceOutcome> = {}): AdviceOutcome {
  const judged = more.judged ?? 100;
  return {
    runId: 'run-1',
    startedAt: 1,
    task: 'simulate',
    method: 'learned',
    recommendations: judged,
    judged,
    sufficed: 95,
    promisedSum: 0.95 * judged,
    memoryMeasured: 0,
    memoryInside: 0,
    wallMeasured: 0,
    wallInside: 0,
    savedGbh: null,
    ...more,
  };
}

const calm = { rows: 140, trainedRows: 100 };

describe('the lower tail of a binomial distribution', () => {
  it('is that of the textbooks', () => {
    expect(atMost(0, 10, 0.5)).toBeCloseTo(1 / 1024, 10);
    expect(atMost(2, 10, 0.5)).toBeCloseTo(56 / 1024, 10);
    expect(atMost(90, 100, 0.95)).toBeCloseTo(0.028188, 5);
    expect(atMost(5, 5, 1)).toBe(1);
    expect(atMost(4, 5, 1)).toBe(0);
  });

  it('grows with what was counted, falls with what was promised, and stays a probability', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.5, max: 0.999, noNaN: true }),
        (n, share, p) => {
          const k = Math.floor(share * n);
          const tail = atMost(k, n, p);
          expect(tail).toBeGreaterThanOrEqual(0);
          expect(tail).toBeLessThanOrEqual(1);
          expect(atMost(Math.min(n, k + 1), n, p)).toBeGreaterThanOrEqual(tail * (1 - 1e-9));
          expect(atMost(k, n, p * 0.9)).toBeGreaterThanOrEqual(tail * (1 - 1e-9));
        },
      ),
    );
  });
});

describe('advice is judged', () => {
  it('as kept when no more fail than chance explains, however few they are', () => {
    for (const [judged, sufficed] of [
      [100, 95],
      [100, 91],
      [20, 17],
      [1, 0],
    ] as const) {
      const { retrainSuggested, reason } = judgeAdvice([outcome({ judged, sufficed })], calm);
      expect([judged, retrainSuggested]).toEqual([judged, false]);
      expect(reason).toContain('the promise holds');
    }
  });

  it('as slipped when fewer sufficed than chance explains, and says which task by how much', () => {
    const good = outcome({ task: 'other', sufficed: 99 });
    const record = judgeAdvice([good, outcome({ sufficed: 84 })], calm);
    expect(record.retrainSuggested).toBe(true);
    expect(record.reason).toBe(
      'Train again: of 100 first requests for simulate 84 % sufficed, and 95 % were promised.',
    );
    expect(record.scores.map(({ task, slipped }) => [task, slipped])).toEqual([
      ['other', false],
      ['simulate', true],
    ]);
  });

  it('over all runs together: a slow slip shows in the sum', () => {
    const runs = Array.from({ length: 12 }, (_, i) =>
      outcome({ runId: `run-${i}`, startedAt: i, sufficed: 92 }),
    );
    expect(judgeAdvice(runs.slice(0, 1), calm).retrainSuggested).toBe(false);
    const record = judgeAdvice(runs.toReversed(), calm);
    expect(record.retrainSuggested).toBe(true);
    expect(record.trend.map(({ runId }) => runId)).toEqual(runs.slice(-10).map(({ runId }) => runId));
    expect(record.trend[0]).toMatchObject({ coverage: 0.92, judged: 100 });
  });

  it('as outgrown when the history has grown by more than half since the training', () => {
    const grown = judgeAdvice([outcome()], { rows: 151, trainedRows: 100 });
    expect(grown.retrainSuggested).toBe(true);
    expect(grown.reason).toContain('grown from 100 to 151 attempts');
    expect(judgeAdvice([outcome()], { rows: 150, trainedRows: 100 }).retrainSuggested).toBe(false);
    expect(judgeAdvice([outcome()], { rows: 1e6, trainedRows: null }).retrainSuggested).toBe(false);
  });

  it('not at all before anything happened', () => {
    const { total, scores, trend, retrainSuggested, reason } = judgeAdvice([], calm);
    expect(total).toMatchObject({ recommendations: 0, coverage: null, promised: null, savedGbh: null });
    expect([scores, trend, retrainSuggested]).toEqual([[], [], false]);
    expect(reason).toContain('nothing to judge');
  });

  it('with what it saved added up where it is known', () => {
    const list = [outcome({ savedGbh: 3 }), outcome({ savedGbh: null }), outcome({ savedGbh: -1 })];
    expect(judgeAdvice(list, calm).total.savedGbh).toBe(2);
  });
});
