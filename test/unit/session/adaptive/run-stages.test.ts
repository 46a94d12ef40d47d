import { describe, expect, it } from 'vitest';
import { RunStages } from '../../../../main/session/adaptive/run-stages.ts';
import { type LiveInstance, newLiveInstance } from '../../../../main/session/live-instance.ts';
import type { PlannedInstance } from '../../../../main/telemetry/events.ts';

const GIB = 2 ** 30;

function instance(
  id: string,
  more: {
    seconds?: number | null;
    state?: LiveInstance['state'];
    needs?: string[];
    walltime?: number | null;
  } = {},
): LiveInstance {
  const seconds = more.seconds === undefined ? 60 : more.seconds;
  const planned = {
    id,
    task: id.slice(0, id.lastIndexOf('.')),
    component: 'big',
    params: {},
    needs: more.needs ?? [],
    request: { cpus: 1, memoryBytes: GIB, walltimeSeconds: more.walltime ?? null },
    predicted: { wallSeconds: seconds === null ? null : { low: seconds, point: seconds, high: seconds } },
  } as unknown as PlannedInstance;
  const live = newLiveInstance(planned, 0, 0);
  live.state = more.state ?? 'queued';
  return live;
}

describe('a run as stages of work', () => {
  it('groups what is ready, what waits and what runs by task', () => {
    const stages = new RunStages();
    stages.began('simulate.3', 1000);
    const states = stages.states(
      [
        instance('simulate.1'),
        instance('simulate.2'),
        instance('simulate.3', { state: 'running' }),
        instance('simulate.4', { state: 'succeeded' }),
        instance('analyze.1', { state: 'waiting', seconds: 10, needs: ['task:simulate'] }),
      ],
      31_000,
    );
    expect(states.map(({ task }) => task)).toEqual(['simulate', 'analyze']);
    expect(states[0]?.ready).toEqual([{ count: 2, seconds: 60 }]);
    expect(states[0]?.running).toEqual([{ elapsed: 30, predicted: 60 }]);
    expect(states[1]?.waiting).toEqual([{ count: 1, seconds: 10 }]);
    expect(states[1]?.needs).toEqual([{ stage: 0, kind: 'all' }]);
  });

  it('knows of work that follows one by one', () => {
    const states = new RunStages().states(
      [
        instance('simulate.1'),
        instance('plot.1', { state: 'waiting', needs: ['task:simulate{"seed":1}'] }),
        instance('mail.1', { state: 'waiting', needs: ['plot.1'] }),
      ],
      0,
    );
    expect(states.map(({ needs }) => needs)).toEqual([
      [],
      [{ stage: 0, kind: 'each' }],
      [{ stage: 1, kind: 'each' }],
    ]);
  });

  it('takes the mean of what was measured where nothing was predicted', () => {
    const stages = new RunStages();
    for (const seconds of [10, 20]) stages.ended(instance('simulate.9', { seconds: null }), seconds);
    stages.ended(instance('simulate.9', { seconds: null }), null);
    const [stage] = stages.states([instance('simulate.1', { seconds: null })], 0);
    expect(stage?.ready).toEqual([{ count: 1, seconds: 15 }]);
    expect(stage?.finished).toMatchObject({ count: 2, seconds: 30, longest: 20 });
  });

  it('takes what other tasks of the run took for a task of which nothing is known yet', () => {
    const stages = new RunStages();
    stages.ended(instance('simulate.9', { seconds: null }), 0.5);
    const [later] = stages.states([instance('analyze.1', { seconds: null, state: 'waiting' })], 0);
    expect(later?.waiting).toEqual([{ count: 1, seconds: 0.5 }]);
  });

  it('says how long one may take only where all are limited', () => {
    const limit = (walltimes: (number | null)[]) =>
      new RunStages().states(
        walltimes.map((walltime, at) => instance(`simulate.${at}`, { walltime })),
        0,
      )[0]?.limitSeconds;
    expect(limit([60, 120])).toBe(120);
    expect(limit([60, null])).toBeNull();
    expect(limit([null, 60])).toBeNull();
  });

  it('lets other work have its turn while it walks over very many, and sees the same', async () => {
    const many = Array.from({ length: 60_000 }, (_, i) =>
      instance(`plot.${i}`, { state: 'waiting', needs: [`task:simulate{"seed":${i}}`] }),
    );
    const all = [instance('simulate.1'), ...many];
    const stages = new RunStages();
    let breaths = 0;
    const states = await stages.statesInTurns(all, 0, () => {
      breaths++;
      return undefined;
    });
    expect(states).toEqual(stages.states(all, 0));
    // A turn is offered often enough that none takes long on a slow machine either.
    expect(breaths).toBeGreaterThanOrEqual(15);
  });
});
