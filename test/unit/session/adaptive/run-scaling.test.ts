import { describe, expect, it } from 'vitest';
import { RunBudget } from '../../../../main/session/adaptive/run-budget.ts';
import { RunScaling } from '../../../../main/session/adaptive/run-scaling.ts';
import type { LiveInstance } from '../../../../main/session/live-instance.ts';

const queued = (count: number) =>
  Array.from(
    { length: count },
    (_, i) =>
      ({
        planned: { id: `t.${i}`, task: 't', component: 'm', needs: [] },
        state: 'queued',
        predictedSeconds: 60,
        request: { cpus: 1, memoryBytes: null, walltimeSeconds: null },
      }) as unknown as LiveInstance,
  );

function watch(
  workersComeWithWork: boolean,
  work: { instances: LiveInstance[]; now: number },
  machine?: { cpus: number; memoryBytes: number },
) {
  return new RunScaling({
    clock: { now: () => work.now } as ConstructorParameters<typeof RunScaling>[0]['clock'],
    startedAt: 0,
    tags: ['m'],
    instances: () => work.instances,
    workerCount: () => 0,
    busyCount: () => 0,
    walltimeSeconds: null,
    usualStartSeconds: 60,
    workersComeWithWork,
    ...(machine && { machine }),
    budget: new RunBudget(() => null),
  });
}

describe('work that all goes on on one machine', () => {
  const share = (machine?: { cpus: number; memoryBytes: number }) => {
    const instances = queued(2).map((instance, i) => {
      const request = { cpus: 1 + i, memoryBytes: 2 ** 30, walltimeSeconds: null };
      return { ...instance, request } as LiveInstance;
    });
    return watch(false, { instances, now: 0 }, machine).state().stages[0]?.machineShare;
  };

  it('takes the larger of its shares of CPUs and of memory, as a mean', () => {
    expect(share({ cpus: 8, memoryBytes: 100 * 2 ** 30 })).toBeCloseTo((1 / 8 + 2 / 8) / 2);
    expect(share({ cpus: 8, memoryBytes: 2 * 2 ** 30 })).toBeCloseTo(0.5);
  });

  it('takes none where each worker brings its own', () => {
    expect(share()).toBeUndefined();
  });
});

describe('workers on the way', () => {
  it('are at a site no more than there is work that waits for them', () => {
    const work = { instances: queued(3), now: 0 };
    const scaling = watch(true, work);
    scaling.wished({ m: 20 });
    expect(scaling.state().pools[0]?.starting).toEqual([0, 0, 0]);
    work.instances = [];
    work.now = 60_000;
    expect(scaling.state().pools[0]?.starting).toEqual([]);
  });

  it('are asked for when their work comes, not when they were wished', () => {
    const work = { instances: queued(0), now: 0 };
    const scaling = watch(true, work);
    scaling.wished({ m: 20 });
    work.instances = queued(2);
    work.now = 100_000;
    scaling.state();
    work.now = 130_000;
    expect(scaling.state().pools[0]?.starting).toEqual([30, 30]);
  });

  it('are all that were wished where workers start without work', () => {
    const scaling = watch(false, { instances: [], now: 0 });
    scaling.wished({ m: 4 });
    expect(scaling.state().pools[0]?.starting).toHaveLength(4);
  });
});
