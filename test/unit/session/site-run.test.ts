import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DependencyGraph } from '../../../main/planning/dependency-graph.ts';
import { silentLogger } from '../../../main/platform/logger.ts';
import type { JobRecord } from '../../../main/providers/batch/job-store.ts';
import { jobStoreOf } from '../../../main/session/job-store.ts';
import { Recorder } from '../../../main/session/recorder.ts';
import { RunEngine } from '../../../main/session/run-engine.ts';
import { openWorkspace } from '../../../main/telemetry/workspace.ts';
import { instance } from '../providers/batch/small-session.ts';
import { asStore, FakeCluster, MemoryStore, planned, result } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'site-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function resumed(known: readonly [id: string, attempts: number][]) {
  const cluster = new FakeCluster();
  cluster.outcomeOf = () => null;
  const store = new MemoryStore();
  const recorder = new Recorder(asStore(store), silentLogger);
  const instances = known.map(([id]) => planned(id));
  const engine = new RunEngine({
    runId: 'run-1',
    clock: { now: () => 5 },
    cluster,
    graph: await DependencyGraph.of(instances),
    recorder,
    capacity: null,
    walltimeLimitSeconds: null,
    toTask: ({ id, component }, attempt, request) => instance(id, { tag: component, attempt, request }),
    lookUp: null,
    onChanged: () => undefined,
    onSettled: () => undefined,
  });
  for (const [at, [id, attempts]] of known.entries()) {
    const one = instances[at];
    if (one) engine.restore(engine.add(one, 2), 'queued', attempts);
    expect(id).toBe(one?.id);
  }
  return { cluster, engine, recorder, store };
}

const end = (
  cluster: FakeCluster,
  instanceId: string,
  attempt: number,
  outcome: 'succeeded' | 'node_failure',
) =>
  cluster.queue.push({
    type: 'task_finished',
    at: 2,
    startedAt: 1,
    instanceId,
    attempt,
    result: result(outcome),
  });

describe('a run whose work went on at a site', () => {
  it('follows what is there, hands over only the rest, and believes no attempt that was given up', async () => {
    const { cluster, engine } = await resumed([
      ['a.0', 1],
      ['a.1', 2],
      ['a.2', 0],
    ]);
    engine.takeOver([
      { instanceId: 'a.0', attempt: 1 },
      { instanceId: 'a.1', attempt: 1 },
    ]);
    await engine.start();
    engine.seal();
    expect(cluster.submitted.map(({ id, attempt }) => [id, attempt])).toEqual([
      ['a.1', 3],
      ['a.2', 1],
    ]);
    end(cluster, 'a.1', 1, 'node_failure');
    end(cluster, 'a.0', 1, 'succeeded');
    cluster.finish('a.1', result('succeeded'));
    cluster.finish('a.2', result('succeeded'));
    await engine.ended;
    expect(engine.tally.counts()).toMatchObject({ succeeded: 3, failed: 0 });
    expect(cluster.attemptsOf('a.1')).toHaveLength(1);
  });

  it('submits what never began again, as the same attempt', async () => {
    const { cluster, engine } = await resumed([['a.0', 0]]);
    engine.takeOver([{ instanceId: 'a.0', attempt: 1 }]);
    await engine.start();
    engine.seal();
    expect(cluster.submitted).toEqual([]);
    cluster.queue.push({ type: 'task_returned', at: 2, instanceId: 'a.0', attempt: 1 });
    await expect
      .poll(() => cluster.submitted.map(({ attempt }) => attempt), { timeout: 20_000 })
      .toEqual([1]);
    cluster.finish('a.0', result('succeeded'));
    await engine.ended;
    expect(engine.tally.counts().succeeded).toBe(1);
  });
});

describe('arrays noted in telemetry', () => {
  const job = (name: string, ...ids: string[]): JobRecord => ({
    name,
    tag: 'model',
    engineId: null,
    request: { cpus: 1, memoryBytes: null, walltimeSeconds: null },
    elementWalltimeSeconds: null,
    container: null,
    elements: ids.map((instanceId) => [{ instanceId, attempt: 1 }]),
    places: [{ parallelism: 0, behind: [] }],
    after: [],
    hash: 'x',
    intendedAt: 7,
  });

  it('are there after the app was not, while anybody in them has not ended', async () => {
    const first = await openWorkspace(folder, { access: 'write' });
    await first.store.append([
      {
        type: 'run_started',
        runId: 'run-1',
        at: 1,
        project: 'p',
        target: 'hpc',
        provider: 'slurm',
        manifestLock: 'l',
        manifestPath: null,
        manifestText: '',
        plan: null,
        pid: 1,
        hostname: 'h',
      },
      {
        type: 'instances_added',
        runId: 'run-1',
        at: 1,
        instances: ['a.0', 'a.1', 'a.2'].map((id) => planned(id)),
      },
    ]);
    const jobs = jobStoreOf(first.store, 'run-1');
    for (const [name, id] of [
      ['one', 'a.0'],
      ['two', 'a.1'],
      ['three', 'a.2'],
    ] as const)
      await jobs.intend(job(name, id));
    await jobs.accepted('one', '4711');
    await jobs.accepted('two', '4712');
    await jobs.dropped('three');
    const places = [{ parallelism: 2, behind: ['4712'] }];
    await jobs.placed('one', places);
    await first.store.append([
      { type: 'instance_state', runId: 'run-1', at: 2, instanceId: 'a.1', state: 'succeeded' },
    ]);
    await first.close();

    const second = await openWorkspace(folder, { access: 'write' });
    expect(await jobStoreOf(second.store, 'run-1').open()).toEqual([
      { ...job('one', 'a.0'), engineId: '4711', places },
    ]);
    await second.close();
  });
});
