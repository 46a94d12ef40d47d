import { describe, expect, it } from 'vitest';
import { AppError, ScalableSession } from '../../main/sdk.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { project } from './session-projects.ts';

const ONE = (options = '') => `
version: 1
project: { name: promises }
targets: { local: { provider: local, max_workers: 4${options} } }
components: { demeter: { cpus: 1, memory: 128M } }
tasks: { simulate: { component: demeter } }
`;
const TWO = `
version: 1
project: { name: promises }
targets:
  local: { provider: local, max_workers: 4 }
  cloud: { provider: aws, adaptive: { minimum: 1, maximum: 20 } }
  later: { provider: kubernetes }
  hpc: { provider: slurm, queue: batch, account: GCIMS, walltime: "04:00:00", interface: ib0, overlay: large }
  big: { provider: local, max_workers: 2, overlay: large }
components: { demeter: { cpus: 1, memory: 128M }, postprocess: { cpus: 1, memory: 64M } }
tasks: { simulate: { component: demeter }, analyze: { component: postprocess } }
overlays: { large: { components: { demeter: { memory: 256M } } } }
started: 2026-05-20
`;

const failure = (code: string) => expect.objectContaining({ data: expect.objectContaining({ code }) });

async function lastRun(folder: string) {
  const workspace = await openWorkspace(folder, { access: 'read' });
  const run = await workspace.store.run('last');
  const { rows } = await workspace.store.instances({
    runId: run?.runId ?? '',
    sort: 'index',
    offset: 0,
    limit: 100,
  });
  await workspace.close();
  return { run, rows };
}

describe('what the tutorials promise', () => {
  it('max_workers: 4 is exactly four workers, with one component and with two', async () => {
    for (const manifest of [ONE(), TWO]) {
      using study = project(manifest);
      const session = await ScalableSession.fromYaml(study.manifest, { target: 'local' });
      const client = await session.start();
      const tags = manifest === TWO ? ['demeter', 'postprocess'] : ['demeter'];
      expect(tags.reduce((sum, tag) => sum + client.workerCount(tag), 0)).toBe(4);
      const report = await session.close();
      expect(report?.workers_total.peak).toBe(4);
    }
  });

  it('processes: true starts, and functions run in processes of their own', async () => {
    using study = project(ONE(', processes: true'));
    const session = await ScalableSession.fromYaml(study.manifest);
    const client = await session.start();
    const pid = await client.submit(() => process.pid, { tag: 'demeter' });
    expect(pid).not.toBe(process.pid);
    await session.close();
  });

  it('submit, map and gather give results in order, and a future may be an argument', async () => {
    using study = project(ONE());
    const session = await ScalableSession.fromYaml(study.manifest);
    const client = await session.start();
    const squares = client.map((x: number) => x * x, [3, 1, 2], { tag: 'demeter', name: 'square' });
    expect(await client.gather(squares)).toEqual([9, 1, 4]);
    const sum = client.submit((a: number, b: number) => a + b, squares[0]!, 1, { tag: 'demeter' });
    expect(await sum).toBe(10);
    expect(squares.map(({ id, state }) => [id, state])).toEqual([
      ['square.0', 'succeeded'],
      ['square.1', 'succeeded'],
      ['square.2', 'succeeded'],
    ]);
    await session.close();
  });

  it('computes and records identical submissions each by itself', async () => {
    using study = project(ONE());
    const session = await ScalableSession.fromYaml(study.manifest);
    const client = await session.start();
    const draws = Array.from({ length: 5 }, () =>
      client.submit(() => Math.random(), { tag: 'demeter', name: 'draw' }),
    );
    expect(new Set(await client.gather(draws)).size).toBe(5);
    await session.close();
    const { rows } = await lastRun(study.folder);
    expect(rows.map(({ instanceId, state }) => [instanceId, state])).toEqual(
      draws.map(({ id }) => [id, 'succeeded']),
    );
  });

  it('refuses at once what could never run, instead of waiting for ever', async () => {
    using study = project(ONE());
    const session = await ScalableSession.fromYaml(study.manifest);
    const client = await session.start();
    const twice = (x: number) => 2 * x;
    expect(() => client.submit(twice, 1, { tag: 'gcam' })).toThrow(failure('E_UNKNOWN_TAG'));
    expect(() => client.submit(twice, 1, { tag: 'demeter', n: 5 })).toThrow(failure('E_REQUEST_TOO_LARGE'));
    expect(() => client.submit(twice, 1, { tag: 'demeter', memory: '900T' })).toThrow(
      failure('E_REQUEST_TOO_LARGE'),
    );
    expect(() => client.submit(twice, 1, { tag: 'demeter', cpus: 5000 })).toThrow(
      failure('E_REQUEST_TOO_LARGE'),
    );
    expect(() => client.submit('simulate', {}, { tag: 'demeter' })).toThrow(failure('E_UNKNOWN_TASK'));
    expect(() => client.workerCount('gcam')).toThrow(failure('E_UNKNOWN_TAG'));
    const report = await session.close();
    expect(report).toMatchObject({ status: 'succeeded', tasks: { total: 0 } });
  });

  it('objectives may be given to fromYaml in both spellings, and plan uses them', async () => {
    using study = project(TWO);
    for (const objectives of [
      { budget_usd: 50, deadline_hours: 2 },
      { budgetUsd: 50, deadlineHours: 2 },
    ]) {
      const session = await ScalableSession.fromYaml(study.manifest, { target: 'cloud', objectives });
      const plan = await session.plan();
      expect(plan.provider).toBe('aws');
      expect(String(plan.scalePlan)).toMatch(/^demeter: \d+ × \(1 CPU, 128M\)/);
      await session.close();
    }
  });

  it('is recorded as failed when a task failed and when the code around it raised', async () => {
    using study = project(ONE());
    const broken = await ScalableSession.fromYaml(study.manifest);
    const client = await broken.start();
    const task = client.submit(() => Number((null as unknown as { x: number }).x), { tag: 'demeter' });
    await expect(task.result()).rejects.toThrow(failure('E_TASK_FAILED'));
    expect((await broken.close())?.status).toBe('failed');

    const session = await ScalableSession.fromYaml(study.manifest);
    const raised = session.use(async (inside) => {
      await inside.submit(() => 1, { tag: 'demeter' });
      throw new RangeError('my own mistake');
    });
    await expect(raised).rejects.toThrow('my own mistake');
    expect((await lastRun(study.folder)).run?.status).toBe('failed');
  });

  it('tells why when a function uses a name from outside itself', async () => {
    using study = project(ONE());
    const session = await ScalableSession.fromYaml(study.manifest);
    const client = await session.start();
    const outside = 5;
    const task = client.submit((x: number) => x + outside, 1, { tag: 'demeter' });
    const error = await task.result().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message).toContain('outside is not defined');
    expect((error as AppError).hint).toContain('sees nothing around it');
    await session.close();
  });

  it('cancels what runs, and what a person cancelled says cancelled', async () => {
    using study = project(ONE());
    const session = await ScalableSession.fromYaml(study.manifest);
    const client = await session.start();
    const long = client.submit(() => new Promise((resolve) => setTimeout(resolve, 60_000)), {
      tag: 'demeter',
    });
    while (long.state !== 'running') await new Promise((resolve) => setTimeout(resolve, 20));
    await client.cancel([long]);
    await expect(long.result()).rejects.toThrow(failure('E_TASK_CANCELLED'));
    await session.close();
  });

  it('recordArtifact takes a path with a kind, or a whole record', async () => {
    using study = project(ONE());
    study.write('output.csv', 'a,b\n');
    const session = await ScalableSession.fromYaml(study.manifest);
    await expect(session.recordArtifact('output.csv')).rejects.toThrow(failure('E_NO_RUN'));
    await session.start();
    await session.recordArtifact('output.csv', { kind: 'table' });
    await session.recordArtifact({ path: 's3://bucket/big.nc', kind: 'dataset', component: 'demeter' });
    expect((await session.close())?.status).toBe('succeeded');
  });

  it('overlays count in the session as they do in a run', async () => {
    using study = project(TWO);
    for (const [target, memory] of [
      ['local', 128],
      ['big', 256],
      ['hpc', 256],
    ] as const) {
      const session = await ScalableSession.fromYaml(study.manifest, { target });
      const { scalePlan } = await session.plan({ dryRun: true });
      expect(scalePlan.resources.demeter?.memoryBytes).toBe(memory * 1024 ** 2);
      await session.close();
    }
  });

  it('a manifest with cloud and Slurm targets and bare dates still runs on this machine', async () => {
    using study = project(TWO);
    const session = await ScalableSession.fromYaml(study.manifest, { target: 'local' });
    expect(await session.use((client) => client.submit(() => 'here', { tag: 'postprocess' }).result())).toBe(
      'here',
    );
  });

  it('a target this version cannot run on says so, and the run is recorded as failed', async () => {
    using study = project(TWO);
    const session = await ScalableSession.fromYaml(study.manifest, { target: 'later' });
    await expect(session.start()).rejects.toThrow(failure('E_PROVIDER_UNAVAILABLE'));
    await session.close();
    expect((await lastRun(study.folder)).run?.status).toBe('failed');
  });

  it('scale decisions are applied and recorded', async () => {
    using study = project(ONE());
    const session = await ScalableSession.fromYaml(study.manifest);
    const client = await session.start();
    await client.scale({ demeter: 1 });
    await client.submit(() => 1, { tag: 'demeter' });
    expect(client.workerCount('demeter')).toBe(1);
    const report = await session.close();
    expect(
      report?.scaling.decisions.map(({ by, workersToAdd, workersToRemove }) => [
        by,
        workersToAdd,
        workersToRemove,
      ]),
    ).toEqual([
      ['plan', { demeter: 4 }, {}],
      ['user', {}, { demeter: 3 }],
    ]);
  });
});
