import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOTHING_FINISHED } from '../../../main/scaling/finished.ts';
import { forecast } from '../../../main/scaling/forecast.ts';
import { forecastStages } from '../../../main/scaling/forecast-work.ts';
import type { ForecastPool } from '../../../main/scaling/pool-course.ts';
import type { PoolState, StageState } from '../../../main/scaling/state.ts';
import type { WorkGroup } from '../../../main/scaling/work-bag.ts';

function stage(over: Partial<StageState>): StageState {
  return {
    task: 'task',
    tag: 'm',
    ready: [],
    waiting: [],
    running: [],
    needs: [],
    finished: NOTHING_FINISHED,
    limitSeconds: null,
    ...over,
  };
}

function pool(tag: string): PoolState {
  return {
    tag,
    idle: 0,
    busy: 0,
    starting: [],
    startup: { queueSeconds: 0, startSeconds: 0 },
    usdPerHour: 1,
    walltimeSeconds: null,
  };
}

/** Workers that are there and cost nothing while they wait, so that what is paid for is work alone. */
function free(workers: number): ForecastPool {
  return {
    idle: workers,
    alive: workers,
    startingIn: [],
    added: 0,
    addedIn: 0,
    startSeconds: 0,
    next: 5,
    soon: 0,
    later: 0,
    far: 0,
  };
}

const groups = fc.array(
  fc.record({ count: fc.integer({ min: 1, max: 20 }), seconds: fc.integer({ min: 1, max: 500 }) }),
  { minLength: 1, maxLength: 4 },
);

describe('a forecast', () => {
  it('takes every task to last equally long on any number of workers, so that chance chooses none', () => {
    const longestFirst = (given: WorkGroup[]) => [...given].sort((a, b) => b.seconds - a.seconds);
    fc.assert(
      fc.property(groups, groups, fc.integer({ min: 1, max: 40 }), (first, second, workers) => {
        const stages = forecastStages(
          [stage({ tag: 'm', ready: longestFirst(first) }), stage({ tag: 'n', ready: longestFirst(second) })],
          [pool('m'), pool('n')],
          [40, 1],
        );
        const work = (count: number) =>
          forecast(stages, [free(count), free(1)]).pools.reduce(
            (sum, { paidSeconds }) => sum + paidSeconds,
            0,
          );
        expect(work(workers)).toBeCloseTo(work(1), 3);
      }),
    );
  });

  it('does not take the longest of what is released one by one to come first', () => {
    const stages = forecastStages(
      [
        stage({ tag: 'slow', ready: [{ count: 10, seconds: 100 }] }),
        stage({
          tag: 'quick',
          waiting: [
            { count: 1, seconds: 1000 },
            { count: 9, seconds: 10 },
          ],
          needs: [{ stage: 0, kind: 'each' }],
        }),
      ],
      [pool('slow'), pool('quick')],
      [1, 10],
    );
    const { finish } = forecast(stages, [free(1), free(10)]);
    expect(finish).toBeGreaterThan(1300);
    expect(finish).toBeLessThan(1800);
  });

  describe('of pools that have something in common', () => {
    const twoTags = (shares: readonly [number, number], maxTotal: number | null) =>
      forecast(
        forecastStages(
          shares.map((machineShare, at) =>
            stage({
              tag: `${at}`,
              ready: [{ count: 20, seconds: 60 }],
              finished: { ...NOTHING_FINISHED, count: 1e6, seconds: 6e7, predictedSeconds: 6e7 },
              machineShare,
            }),
          ),
          [pool('0'), pool('1')],
          [20, 20],
          maxTotal,
        ),
        [free(20), free(20)],
      ).finish;

    it('lets no more begin than the total allows, whichever pool has workers', () => {
      expect(twoTags([0, 0], null)).toBeCloseTo(60, -1);
      expect(twoTags([0, 0], 4)).toBeCloseTo(600, -1);
    });

    it('lets no more begin than the machine holds, be they large or small', () => {
      expect(twoTags([0.5, 0.5], null)).toBeCloseTo(1200, -1);
      expect(twoTags([0.5, 0.1], null)).toBeCloseTo((20 * 60 * 0.5 + 20 * 60 * 0.1) / 1, -2);
    });

    it('lets what is larger than all of it begin alone', () => {
      expect(twoTags([3, 3], null)).toBeCloseTo(2400, -1);
    });
  });
});
