import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NOTHING_FINISHED } from '../../../../main/scaling/finished.ts';
import { DEFAULT_SETTINGS } from '../../../../main/scaling/policies/predictive.ts';
import type { Decision, ScaleSettings, ScalingState } from '../../../../main/scaling/state.ts';
import { AdaptiveLoop } from '../../../../main/session/adaptive/adaptive-loop.ts';

const settings: ScaleSettings = {
  ...DEFAULT_SETTINGS,
  maxWorkers: { big: 20 },
  minWorkers: { big: 1 },
  intervalSeconds: 5,
};

/** A hundred tasks of a minute wait for one idle worker. */
const backlog: ScalingState = {
  at: 0,
  pools: [
    {
      tag: 'big',
      idle: 1,
      busy: 0,
      starting: [],
      startup: { queueSeconds: 0.001, startSeconds: 0.001 },
      usdPerHour: 0,
      walltimeSeconds: null,
    },
  ],
  stages: [
    {
      task: 'simulate',
      tag: 'big',
      ready: [{ count: 100, seconds: 60 }],
      waiting: [],
      running: [],
      needs: [],
      finished: NOTHING_FINISHED,
      limitSeconds: null,
    },
  ],
  arrivals: [],
  spentUsd: 0,
};

function loopOver(state: () => ScalingState, apply: (decision: Decision) => Promise<void>) {
  const problems: unknown[] = [];
  const loop = new AdaptiveLoop({
    clock: { now: () => 0 } as never,
    look: state,
    apply: (decision) => apply(decision),
    failed: (error) => problems.push(error),
    settings,
  });
  return { loop, problems };
}

describe('the loop that scales a live run', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('decides at every interval, and at once when asked', async () => {
    const decisions: Decision[] = [];
    const { loop } = loopOver(
      () => backlog,
      async (decision) => void decisions.push(decision),
    );
    loop.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(decisions).toHaveLength(0);
    loop.decideNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(decisions).toHaveLength(1);
    expect(decisions[0]?.workers.big).toBeGreaterThan(1);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(decisions).toHaveLength(4);
    await loop.stop();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(decisions).toHaveLength(4);
  });

  it('lets a number set by hand win until it is released', async () => {
    const workers: (number | undefined)[] = [];
    const { loop } = loopOver(
      () => backlog,
      async (decision) => void workers.push(decision.workers.big),
    );
    loop.hold({ big: 3 });
    loop.start();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(new Set(workers)).toEqual(new Set([3]));
    loop.release(['big']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(workers.at(-1)).toBeGreaterThan(3);
    await loop.stop();
  });

  it('does not decide again while a decision is being carried out', async () => {
    let applying = 0;
    let most = 0;
    const { loop } = loopOver(
      () => backlog,
      async () => {
        most = Math.max(most, ++applying);
        await new Promise((resolve) => setTimeout(resolve, 12_000));
        applying--;
      },
    );
    loop.start();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(most).toBe(1);
    const stopped = loop.stop();
    await vi.advanceTimersByTimeAsync(12_000);
    await stopped;
  });

  it('tells what failed and goes on', async () => {
    let tries = 0;
    const { loop, problems } = loopOver(
      () => backlog,
      async () => {
        tries++;
        if (tries === 1) throw new Error('the site is away');
      },
    );
    loop.start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(problems).toHaveLength(1);
    expect(tries).toBe(2);
    await loop.stop();
  });

  it('takes new limits up without waiting', async () => {
    const workers: (number | undefined)[] = [];
    const { loop } = loopOver(
      () => backlog,
      async (decision) => void workers.push(decision.workers.big),
    );
    loop.start();
    await vi.advanceTimersByTimeAsync(1);
    loop.change({ ...settings, maxWorkers: { big: 2 } });
    await vi.advanceTimersByTimeAsync(1);
    expect(workers.at(-1)).toBe(2);
    await loop.stop();
  });
});
