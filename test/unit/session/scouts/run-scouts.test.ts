import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DeploymentSpec } from '../../../../main/manifest/spec.ts';
import { DependencyGraph } from '../../../../main/planning/dependency-graph.ts';
import { silentLogger } from '../../../../main/platform/logger.ts';
import type { AttemptResult, TaskInstance } from '../../../../main/providers/provider.ts';
import { Recorder } from '../../../../main/session/recorder.ts';
import { RunEngine } from '../../../../main/session/run-engine.ts';
import { RunScouts, type RunScoutsParts } from '../../../../main/session/scouts/run-scouts.ts';
import type { PlannedInstance } from '../../../../main/telemetry/events.ts';
import type { InstanceRow } from '../../../../main/telemetry/views.ts';
import { asStore, FakeCluster, MemoryStore, planned, result } from '../fakes.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const POLL = { timeout: 20_000, interval: 5 };

const spec = {
  target: { name: 'local', provider: 'local', walltimeSeconds: null },
  components: { model: { cpus: 1, memoryBytes: GIB } },
  tasks: { fit: { name: 'fit', component: 'model', walltimeSeconds: null } },
} as unknown as DeploymentSpec;

const ran = (mib: number, wallSeconds = 1): AttemptResult => {
  const success = result('succeeded');
  return { ...success, usage: { ...success.usage, peakMemoryBytes: mib * MIB, wallSeconds } };
};

const running: { engine: RunEngine; scouts: RunScouts }[] = [];
afterEach(async () => {
  for (const { engine, scouts } of running.splice(0)) {
    scouts.end();
    await engine.cancelAll();
    await engine.ended;
  }
});

async function runOf(count: number, scoutsAt: readonly number[], more: Partial<RunScoutsParts> = {}) {
  const ids = scoutsAt.map((at) => `fit.${at}`);
  const instances: PlannedInstance[] = Array.from({ length: count }, (_, at) =>
    planned(`fit.${at}`, {
      features: { size: at },
      source: scoutsAt.includes(at) ? 'scouts' : 'manifest',
    }),
  );
  const cluster = new FakeCluster();
  cluster.outcomeOf = () => null;
  const store = new MemoryStore();
  const recorder = new Recorder(asStore(store), silentLogger);
  const clock = { time: 0, now: () => clock.time };
  const graph = await DependencyGraph.of(instances);
  const scouts = new RunScouts({
    runId: 'run-1',
    spec,
    policy: 'aggressive',
    terms: {
      confidence: 0.95,
      risk: 'balanced',
      targetKind: 'local',
      machineClass: null,
      hourOfDay: 0,
    },
    capacity: null,
    scouts: { fit: ids },
    onDoubt: 'warn',
    graph,
    clock,
    recorder,
    engine: () => engine,
    failed: (error) => {
      throw error;
    },
    changed: () => undefined,
    ...more,
  });
  const engine: RunEngine = new RunEngine({
    runId: 'run-1',
    clock,
    cluster,
    graph,
    recorder,
    capacity: null,
    walltimeLimitSeconds: null,
    toTask: (instance, attempt, request) =>
      ({ id: instance.id, task: 'fit', tag: 'model', attempt, request }) as TaskInstance,
    lookUp: null,
    gate: scouts,
    onChanged: () => undefined,
    onEvent: (event, instance) => scouts.hear(event, instance),
    onSettled: (settled) => scouts.settled(settled, engine.instance(settled.instanceId)),
  });
  for (const instance of instances) engine.add(instance, 2);
  const go = async (stored: readonly InstanceRow[] = []) => {
    scouts.restore(stored);
    await engine.start();
    scouts.begin();
    engine.seal();
    running.push({ engine, scouts });
  };
  const submitted = () => cluster.submitted.map(({ id }) => id);
  const state = () => scouts.view()[0]?.state;
  return { cluster, store, engine, scouts, clock, go, submitted, state, recorder };
}

describe('the scouts of a run', () => {
  it('run alone until half of them are back, and the rest asks for what they measured', async () => {
    const run = await runOf(20, [19, 0, 10, 5]);
    await run.go();
    expect(run.submitted().sort()).toEqual(['fit.0', 'fit.10', 'fit.19', 'fit.5']);
    run.cluster.finish('fit.0', ran(20));
    await vi.waitFor(() => expect(run.scouts.view()[0]?.back).toBe(1), POLL);
    expect(run.submitted()).toHaveLength(4);
    run.cluster.finish('fit.19', ran(210));
    await vi.waitFor(() => expect(run.submitted()).toHaveLength(20), POLL);
    const request = run.cluster.attemptsOf('fit.7')[0]!.request.memoryBytes!;
    expect(request).toBeGreaterThanOrEqual(210 * MIB);
    expect(request).toBeLessThan(300 * MIB);
    await run.recorder.flush();
    const resized = run.store.events.flatMap((e) => (e.type === 'instances_resized' ? e.instances : []));
    expect(resized).toHaveLength(16);
    expect(resized[0]).toMatchObject({ source: 'scouts', request: { memoryBytes: request } });
    expect(run.store.statesOf('fit.7')).toEqual(['waiting', 'queued']);
  });

  it('do not hold the rest for ever where one takes far longer than the others', async () => {
    const run = await runOf(20, [19, 0, 10]);
    await run.go();
    run.cluster.finish('fit.0', ran(20, 30));
    await vi.waitFor(() => expect(run.scouts.view()[0]?.back).toBe(1), POLL);
    expect(run.state()).toBe('measuring');
    run.clock.time = 151_000;
    await vi.waitFor(() => expect(run.submitted()).toHaveLength(20), POLL);
  });

  it('are not learned from where they ended at once', async () => {
    const run = await runOf(20, [19, 0, 10]);
    await run.go();
    for (const id of ['fit.0', 'fit.10', 'fit.19']) run.cluster.finish(id, ran(2, 0.01));
    await vi.waitFor(() => expect(run.submitted()).toHaveLength(20), POLL);
    expect(run.cluster.attemptsOf('fit.7')[0]!.request.memoryBytes).toBe(GIB);
  });

  it('are not undercut by what one of them needs that has not succeeded yet', async () => {
    const run = await runOf(20, [19, 0, 10]);
    await run.go();
    run.cluster.finish('fit.19', result('out_of_memory'));
    await vi.waitFor(() => expect(run.cluster.attemptsOf('fit.19')).toHaveLength(2), POLL);
    run.cluster.finish('fit.0', ran(20));
    run.cluster.finish('fit.10', ran(100));
    await vi.waitFor(() => expect(run.submitted()).toHaveLength(21), POLL);
    expect(run.cluster.attemptsOf('fit.7')[0]!.request.memoryBytes).toBeGreaterThan(GIB);
  });

  it('spare the rest where all of them failed, and say so', async () => {
    const run = await runOf(20, [19, 0, 10]);
    run.cluster.outcomeOf = () => result('program_error');
    await run.go();
    await run.engine.ended;
    await run.recorder.flush();
    expect(run.engine.tally.counts()).toMatchObject({ failed: 3, cancelled: 17 });
    const failure = run.store.events.find((event) => event.type === 'run_failure');
    expect(failure).toMatchObject({ code: 'E_SCOUTS_FAILED', phase: 'scouts' });
  });

  it('hold the rest where somebody can look, until it is let go', async () => {
    const run = await runOf(20, [19, 0, 10], { onDoubt: 'hold' });
    run.cluster.outcomeOf = () => result('program_error');
    await run.go();
    await vi.waitFor(() => expect(run.state()).toBe('held'), POLL);
    expect(run.submitted()).toHaveLength(3);
    expect(run.scouts.view()[0]?.findings[0]?.hint).toContain('--no-scouts');
    run.scouts.release('fit');
    await vi.waitFor(() => expect(run.submitted()).toHaveLength(20), POLL);
  });

  it('are remembered by a resume: what was released stays released', async () => {
    const run = await runOf(20, [19, 0, 10]);
    const row = { ...planned('fit.3'), instanceId: 'fit.3', attempts: 1, state: 'queued', source: 'scouts' };
    await run.go([row as unknown as InstanceRow]);
    await vi.waitFor(() => expect(run.submitted()).toHaveLength(20), POLL);
  });

  it('that were back before a resume size the rest at once', async () => {
    const run = await runOf(20, [19, 0]);
    const measured = (id: string, mib: number) =>
      ({
        ...planned(id),
        instanceId: id,
        attempts: 1,
        state: 'succeeded',
        source: 'scouts',
        peakMemoryBytes: mib * MIB,
        wallSeconds: 2,
      }) as unknown as InstanceRow;
    await run.go([measured('fit.19', 200), measured('fit.0', 20)]);
    await vi.waitFor(() => expect(run.cluster.attemptsOf('fit.7')).toHaveLength(1), POLL);
    expect(run.cluster.attemptsOf('fit.7')[0]!.request.memoryBytes).toBeLessThan(300 * MIB);
  });
});
