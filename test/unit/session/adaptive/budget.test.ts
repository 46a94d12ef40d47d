import { expect, test, vi } from 'vitest';
import type { ClusterEvent, WorkerPrice } from '../../../../main/providers/provider.ts';
import { DEFAULT_SETTINGS } from '../../../../main/scaling/policies/predictive.ts';
import type { ScalingState } from '../../../../main/scaling/state.ts';
import { BudgetCeiling } from '../../../../main/session/adaptive/budget-ceiling.ts';
import { RunBudget } from '../../../../main/session/adaptive/run-budget.ts';

const PRICE: WorkerPrice = { usdPerHour: 3.6, leastSeconds: 60, label: 'a worker', pricesFrom: '2026-11-01' };

test('what is spent is what was billed and what runs, each worker for its least time at least', () => {
  const budget = new RunBudget((tag) => (tag === 'model' ? PRICE : null));
  budget.hear(added('w1', 0));
  budget.hear(added('w2', 0));
  budget.hear(added('free', 0, 'login'));
  expect(budget.spentUsd(10_000)).toBeCloseTo(2 * 0.06);
  expect(budget.spentUsd(100_000)).toBeCloseTo(2 * 0.1);
  budget.hear(billed('w1', 0.075));
  expect(budget.spentUsd(100_000)).toBeCloseTo(0.1 + 0.075);
});

test('a bill that is told again, also by an earlier process, counts once', () => {
  const budget = new RunBudget(() => PRICE, [{ workerId: 'w1', usd: 0.5 }]);
  budget.hear(added('w1', 0));
  budget.hear(billed('w1', 0.5));
  budget.hear(billed('w1', 0.5));
  expect(budget.spentUsd(1e9)).toBe(0.5);
});

test('a worker that has gone counts until its bill comes', () => {
  const budget = new RunBudget(() => PRICE);
  budget.hear(added('w1', 0));
  budget.hear({ type: 'worker_removed', at: 50_000, workerId: 'w1', tag: 'model', reason: 'done' });
  expect(budget.spentUsd(100_000)).toBeCloseTo(0.1);
});

test('the less money is left, the fewer workers may be, until nothing may begin', async () => {
  const { ceiling, caps, look } = watched({ budgetUsd: 10 });
  await ceiling.start();
  await look({ spentUsd: 8 });
  await look({ spentUsd: 9.9 });
  const counts = caps.map(({ model }) => model ?? 0);
  expect(counts[0]).toBeGreaterThan(counts[1] ?? 0);
  expect(counts[1]).toBeGreaterThan(0);
  expect(counts[2]).toBe(0);
});

test('says once that the budget is reached, and only when nothing runs and work is left', async () => {
  const { ceiling, reached, look } = watched({ budgetUsd: 10 });
  await ceiling.start();
  await look({ spentUsd: 9.95, busy: 1 });
  expect(reached).not.toHaveBeenCalled();
  await look({ spentUsd: 9.99, busy: 0, tasks: 0 });
  expect(reached).not.toHaveBeenCalled();
  await look({ tasks: 40 });
  await look({ tasks: 40 });
  expect(reached.mock.calls).toEqual([[expect.stringContaining('budget of $10.00, $9.99 is spent')]]);
});

test('does not call the budget reached while a worker is still at the pack of work that it was given', async () => {
  const { ceiling, reached, look } = watched({ budgetUsd: 10 });
  await ceiling.start();
  await look({ spentUsd: 9.99, busy: 0, idle: 1, commitmentSeconds: 300 });
  expect(reached).not.toHaveBeenCalled();
  await look({ idle: 0 });
  expect(reached).toHaveBeenCalledOnce();
});

test('does not call the budget reached while less is allowed only because something has just run', async () => {
  const { ceiling, caps, reached, look } = watched({ budgetUsd: 10 });
  await ceiling.start();
  await look({ spentUsd: 8, busy: 100 });
  expect(caps.at(-1)).toEqual({ model: 0 });
  await look({ busy: 0, at: 10 });
  expect(caps.at(-1)).toEqual({ model: 0 });
  expect(reached).not.toHaveBeenCalled();
  await look({ at: 200 });
  expect(caps.at(-1)?.model).toBeGreaterThan(0);
});

test('a wish by hand stays within the budget too', async () => {
  const { ceiling, look } = watched({ budgetUsd: 10 });
  await ceiling.start();
  await look({ spentUsd: 9.9 });
  expect(await ceiling.within({ model: 50 })).toEqual({ model: 0 });
});

test.each([
  ['a budget', { budgetUsd: null }],
  ['prices', { budgetUsd: 10, usdPerHour: 0 }],
])('without %s nothing is limited', async (_what, given) => {
  const { ceiling, caps, look } = watched(given);
  await ceiling.start();
  await look({ spentUsd: 99 });
  expect(caps).toEqual([]);
  expect(await ceiling.within({ model: 50 })).toEqual({ model: 50 });
});

function watched({ budgetUsd, usdPerHour = 3.6 }: { budgetUsd: number | null; usdPerHour?: number }) {
  let now: Now = { spentUsd: 0, busy: 1, idle: 0, tasks: 40, at: 0 };
  let looks = 0;
  const caps: Readonly<Record<string, number>>[] = [];
  const reached = vi.fn<(sentence: string) => void>();
  const ceiling = new BudgetCeiling({
    look: async () => state({ ...now, usdPerHour }),
    now: () => (looks += 1000),
    settings: () => ({ ...DEFAULT_SETTINGS, maxWorkers: { model: 100 }, budgetUsd }),
    cap: async (most) => {
      caps.push(most);
    },
    reached,
    failed: (error) => {
      throw error;
    },
  });
  const look = async (change: Partial<typeof now>) => {
    now = { ...now, ...change };
    ceiling.look();
    await Promise.resolve().then(() => new Promise((resolve) => setImmediate(resolve)));
  };
  return { ceiling, caps, reached, look };
}

interface Now {
  readonly spentUsd: number;
  readonly busy: number;
  readonly idle: number;
  readonly commitmentSeconds?: number;
  readonly tasks: number;
  readonly at: number;
}

function state(now: Now & { readonly usdPerHour: number }): ScalingState {
  return {
    at: now.at,
    spentUsd: now.spentUsd,
    arrivals: [],
    pools: [
      {
        tag: 'model',
        busy: now.busy,
        idle: now.idle,
        ...(now.commitmentSeconds !== undefined && { commitmentSeconds: now.commitmentSeconds }),
        starting: [],
        startup: { queueSeconds: 0, startSeconds: 10 },
        usdPerHour: now.usdPerHour,
        walltimeSeconds: null,
      },
    ],
    stages: [
      {
        task: 'simulate',
        tag: 'model',
        ready: now.tasks > 0 ? [{ count: now.tasks, seconds: 20 }] : [],
        waiting: [],
        running: [],
        needs: [],
        finished: { count: 0, seconds: 0, predictedSeconds: 0, logRatio: 0, logRatioSquared: 0, longest: 0 },
        limitSeconds: null,
      },
    ],
  };
}

function added(workerId: string, at: number, tag = 'model'): ClusterEvent {
  return { type: 'worker_added', at, workerId, tag };
}

function billed(workerId: string, usd: number): ClusterEvent {
  return { type: 'worker_billed', at: 0, workerId, tag: 'model', seconds: 75, usd };
}

test('a ceiling does not go up and down with what happens to run, but rises when that has passed', async () => {
  const { ceiling, caps, look } = watched({ budgetUsd: 10 });
  await ceiling.start();
  await look({ busy: 60 });
  await look({ busy: 0, at: 10 });
  await look({ busy: 0, at: 200 });
  const [first, busy, soon, later] = caps.map(({ model }) => model ?? 0);
  expect(busy).toBeLessThan(first ?? 0);
  expect(soon).toBe(busy);
  expect(later).toBeGreaterThan(busy ?? 0);
});
