import { describe, expect, it } from 'vitest';
import { DependencyGraph } from '../../../main/planning/dependency-graph.ts';
import { AppError } from '../../../main/platform/errors.ts';
import { silentLogger } from '../../../main/platform/logger.ts';
import type { Capacity, TaskInstance } from '../../../main/providers/provider.ts';
import type { EngineOptions } from '../../../main/session/engine-options.ts';
import type { Settled } from '../../../main/session/live-instance.ts';
import { Recorder } from '../../../main/session/recorder.ts';
import { RunEngine } from '../../../main/session/run-engine.ts';
import type { PlannedInstance } from '../../../main/telemetry/events.ts';
import { asStore, FakeCluster, MemoryStore, planned, result } from './fakes.ts';

const GIB = 1024 ** 3;

function task(instance: PlannedInstance, attempt: number, request: TaskInstance['request']): TaskInstance {
  return {
    id: instance.id,
    task: instance.task,
    tag: instance.component,
    attempt,
    params: instance.params,
    work: { kind: 'argv', argv: ['true'] },
    request,
    env: {},
    container: null,
    folder: '/',
    createFolders: [],
    predictedSeconds: null,
  };
}

async function engineWith(
  instances: readonly PlannedInstance[],
  more: Partial<EngineOptions> = {},
  retries = 2,
) {
  const cluster = new FakeCluster();
  const store = new MemoryStore();
  const settled: Settled[] = [];
  const recorder = new Recorder(asStore(store), silentLogger);
  const engine = new RunEngine({
    runId: 'run-1',
    clock: { now: () => 5 },
    cluster,
    graph: await DependencyGraph.of(instances),
    recorder,
    capacity: { cpus: 8, memoryBytes: 8 * GIB, maxWorkers: null } satisfies Capacity,
    walltimeLimitSeconds: null,
    toTask: task,
    lookUp: null,
    onChanged: () => undefined,
    onSettled: (end) => settled.push(end),
    ...more,
  });
  const live = instances.map((instance) => engine.add(instance, retries));
  const go = async () => {
    await engine.start();
    engine.seal();
    await engine.ended;
    await recorder.flush();
  };
  const state = (id: string) => live.find((one) => one.planned.id === id)?.state;
  return { engine, cluster, store, recorder, settled, go, live, state };
}

async function* noEnds(): AsyncGenerator<never> {
  // Nothing ran any more.
}

describe('a run', () => {
  it('does everything once, and what waits for all of a task only after all of it', async () => {
    const instances = [
      ...Array.from({ length: 20 }, (_, i) => planned(`simulate.${i}`)),
      planned('analyze.0', { needs: ['task:simulate'] }),
    ];
    const { go, cluster, engine } = await engineWith(instances);
    await go();
    expect(cluster.submitted.map(({ id }) => id).at(-1)).toBe('analyze.0');
    expect(new Set(cluster.submitted.map(({ id }) => id)).size).toBe(21);
    expect(engine.tally.counts()).toMatchObject({ total: 21, succeeded: 21 });
    expect(cluster.closed).toBe(true);
  });

  it('goes on when one fails, and skips only what needs it', async () => {
    const instances = [
      planned('simulate.0', { params: { scenario: 'low' } }),
      planned('simulate.1', { params: { scenario: 'high' } }),
      planned('analyze.0', { params: { scenario: 'low' }, needs: ['task:simulate{"scenario":"low"}'] }),
      planned('analyze.1', { params: { scenario: 'high' }, needs: ['task:simulate{"scenario":"high"}'] }),
      planned('report.0', { needs: ['analyze.0'] }),
    ];
    const { go, cluster, state, store } = await engineWith(instances);
    cluster.outcomeOf = ({ id }) => result(id === 'simulate.0' ? 'program_error' : 'succeeded');
    await go();
    expect(['simulate.0', 'simulate.1', 'analyze.0', 'analyze.1', 'report.0'].map(state)).toEqual([
      'failed',
      'succeeded',
      'skipped',
      'succeeded',
      'skipped',
    ]);
    expect(cluster.attemptsOf('simulate.0')).toHaveLength(1);
    expect(store.statesOf('report.0')).toEqual(['skipped']);
  });

  it('gives more memory after out of memory, and says so when there is no more to give', async () => {
    const { go, cluster, state, store } = await engineWith([planned('a.0')], {}, 10);
    cluster.outcomeOf = () => result('out_of_memory');
    await go();
    const memory = cluster.attemptsOf('a.0').map(({ request }) => (request.memoryBytes ?? 0) / GIB);
    expect(memory).toEqual([1, 1.5, 3, 6, 8]);
    expect(state('a.0')).toBe('failed');
    const last = store.events.filter((event) => event.type === 'attempt_finished').at(-1);
    expect(last?.result.message).toMatch(/all the memory/);
  });

  it('stops retrying when the manifest’s retries are used up', async () => {
    const { go, cluster } = await engineWith([planned('a.0')], {}, 1);
    cluster.outcomeOf = () => result('out_of_memory');
    await go();
    expect(cluster.attemptsOf('a.0').map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('tries what was lost once more with the same request', async () => {
    const { go, cluster, state } = await engineWith([planned('a.0')], {}, 0);
    cluster.outcomeOf = () => result('lost');
    await go();
    expect(cluster.attemptsOf('a.0')).toHaveLength(2);
    expect(state('a.0')).toBe('failed');
  });

  it('settles results only after they are on disk', async () => {
    const { engine, store, settled, recorder } = await engineWith([planned('a.0')]);
    const disk = new AppError({ code: 'E_DISK_FULL', message: 'No space.' });
    store.failWith = disk;
    await engine.start();
    engine.seal();
    await engine.ended;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(settled).toEqual([]);
    expect(recorder.full).toBe(true);
    store.failWith = null;
    await recorder.flush();
    expect(settled.map(({ state }) => state)).toEqual(['succeeded']);
    expect(store.events.some((event) => event.type === 'attempt_finished')).toBe(true);
  });

  it('cancels what runs and what waits, and says cancelled for both', async () => {
    const { engine, cluster, live } = await engineWith([planned('a.0'), planned('b.0', { needs: ['a.0'] })]);
    cluster.outcomeOf = () => null;
    await engine.start();
    engine.seal();
    await engine.cancelAll();
    await engine.ended;
    expect(live.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  });

  it('keeps what was interrupted open for a resume', async () => {
    const { engine, cluster, live } = await engineWith([planned('a.0'), planned('a.1')]);
    cluster.outcomeOf = ({ id }) => (id === 'a.0' ? result('succeeded') : null);
    await engine.start();
    engine.seal();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await engine.interrupt();
    await engine.ended;
    expect(live.map(({ state }) => state)).toEqual(['succeeded', 'queued']);
    expect(engine.tally.open).toBe(1);
  });

  it('does not begin what cannot be written down as work, and says why', async () => {
    const { go, state, store } = await engineWith([planned('a.0')], {
      toTask: () => {
        throw new AppError({ code: 'E_UNKNOWN_PLACEHOLDER', message: '{x} is unknown.' });
      },
    });
    await go();
    expect(state('a.0')).toBe('failed');
    const end = store.events.find((event) => event.type === 'attempt_finished');
    expect(end?.result).toMatchObject({ outcome: 'launch_failure', message: '{x} is unknown.' });
  });

  it('does not repeat what an earlier result covers', async () => {
    const { go, cluster, state } = await engineWith([planned('a.0'), planned('a.1')], {
      lookUp: async ({ id }) => id === 'a.0',
    });
    await go();
    expect([state('a.0'), state('a.1')]).toEqual(['cached', 'succeeded']);
    expect(cluster.submitted.map(({ id }) => id)).toEqual(['a.1']);
  });

  it('tries a failed instance again with what it is given, and then those that were skipped', async () => {
    const instances = [planned('a.0'), planned('b.0', { needs: ['a.0'] }), planned('hold.0')];
    const { engine, cluster, state, recorder } = await engineWith(instances);
    cluster.outcomeOf = ({ id }) =>
      id === 'hold.0' ? null : result(id === 'a.0' ? 'program_error' : 'succeeded');
    await engine.start();
    engine.seal();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([state('a.0'), state('b.0')]).toEqual(['failed', 'skipped']);
    cluster.outcomeOf = () => result('succeeded');
    engine.retry(['a.0'], { memoryBytes: 4 * GIB });
    cluster.finish('hold.0', result('succeeded'));
    await engine.ended;
    await recorder.flush();
    expect([state('a.0'), state('b.0')]).toEqual(['succeeded', 'succeeded']);
    expect(cluster.attemptsOf('a.0').at(-1)).toMatchObject({ attempt: 2, request: { memoryBytes: 4 * GIB } });
  });

  it('takes over what ended and what still ran when the app went, and repeats only what was lost', async () => {
    const instances = ['a.0', 'a.1', 'a.2', 'a.3'].map((id) => planned(id));
    const { engine, cluster, live, recorder } = await engineWith(instances);
    const [done, ended, going, lost] = live;
    engine.restore(done!, 'succeeded', 1);
    engine.restore(ended!, 'running', 1);
    engine.restore(going!, 'running', 1);
    engine.restore(lost!, 'running', 1);
    const end = (instanceId: string) => ({
      instanceId,
      attempt: 1,
      startedAt: 1,
      at: 3,
      result: result('succeeded'),
    });
    engine.adopt({
      finished: [end('a.1')],
      running: [{ instanceId: 'a.2', attempt: 1 }],
      lost: [{ instanceId: 'a.3', attempt: 1 }],
      ends: (async function* () {
        await new Promise((resolve) => setTimeout(resolve, 10));
        yield end('a.2');
      })(),
    });
    await engine.start();
    engine.seal();
    await engine.ended;
    await recorder.flush();
    expect(cluster.submitted.map(({ id, attempt }) => [id, attempt])).toEqual([['a.3', 2]]);
    expect(live.every(({ state }) => state === 'succeeded')).toBe(true);
  });

  it('cancels also what an earlier app started, and does not wait for it for ever', async () => {
    const { engine, live } = await engineWith([planned('a.0')]);
    const ended: string[] = [];
    engine.restore(live[0]!, 'running', 1);
    engine.adopt({
      finished: [],
      running: [{ instanceId: 'a.0', attempt: 1 }],
      lost: [],
      ends: noEnds(),
      cancel: async (ids) => void ended.push(...ids),
    });
    await engine.start();
    engine.seal();
    await engine.cancelAll();
    await engine.ended;
    expect([ended, live[0]?.state]).toEqual([['a.0'], 'cancelled']);
  });

  it('does again what was stopped with the app, though its journal says cancelled', async () => {
    const { engine, cluster, live } = await engineWith([planned('a.0')]);
    engine.restore(live[0]!, 'queued', 1);
    const stopped = { instanceId: 'a.0', attempt: 1, startedAt: 1, at: 3, result: result('cancelled') };
    engine.adopt({ finished: [stopped], running: [], lost: [], ends: noEnds() });
    await engine.start();
    engine.seal();
    await engine.ended;
    expect(cluster.submitted.map(({ attempt }) => attempt)).toEqual([2]);
    expect(live[0]?.state).toBe('succeeded');
  });

  it('costs microseconds an instance', async () => {
    const instances = Array.from({ length: 20_000 }, (_, i) => planned(`a.${i}`));
    const { go, engine } = await engineWith(instances);
    const began = performance.now();
    await go();
    expect(engine.tally.counts().succeeded).toBe(20_000);
    expect((performance.now() - began) / 20_000).toBeLessThan(0.25);
  });
});
