import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError, ScalableSession } from '../../main/sdk.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { cli } from '../unit/cli/fake-io.ts';
import { project } from './session-projects.ts';

/** What other tools promise and do not do, where it takes real processes to tell; numbers are the rows of that list. */
const MANIFEST = (target = '', component = 'cpus: 1, memory: 64M') => `
version: 1
project: { name: gaps }
targets: { local: { provider: local, max_workers: 1${target} } }
components: { m: { ${component} } }
tasks: { simulate: { component: m } }
`;

describe('the command line advises', () => {
  it.each(['linear', 'random_forest', 'gradient_boosting'])(
    '2, 4: by %s when asked, says so, and inputs change the advice',
    async (modelType) => {
      using study = project(MANIFEST());
      const rows = Array.from({ length: 60 }, (_, i) => [`r${i % 4}`, 100 + 20 * i, 50 + 2 * i, 10 + i]);
      const table = ['run_id,param.nodes,peak_memory_mb,duration_s,task,instance_id'];
      study.write(
        'usage.csv',
        [...table, ...rows.map((row, i) => [...row, 'simulate', i].join())].join('\n'),
      );
      const imported = await cli({ cwd: study.folder }, 'import', 'usage.csv', '--format', 'json');
      expect(imported.json()).toMatchObject({
        tasks: 60,
        skipped: [{ reason: expect.stringMatching(/no task’s CPU time/) }],
      });
      const megabytes = async (nodes: number) => {
        const flags = ['--model-type', modelType, '--feature', `nodes=${nodes}`, '--format', 'json'];
        const { code, json, stderr } = await cli(
          { cwd: study.folder },
          'advise',
          '--task',
          'simulate',
          ...flags,
        );
        expect(code, stderr).toBe(0);
        const advice = json<{ resources: Record<string, { memory: string }> }>();
        expect(advice).toMatchObject({ method: 'learned', model_type: modelType });
        return Number.parseInt(Object.values(advice.resources)[0]?.memory ?? '', 10);
      };
      const [small, large] = [await megabytes(200), await megabytes(1200)];
      expect(large).toBeGreaterThan(1.5 * small);
    },
  );
});

it('31: a component’s memory is a limit, for functions, too', async () => {
  using study = project(MANIFEST(', processes: true'));
  const session = await ScalableSession.fromYaml(study.manifest);
  const client = await session.start();
  const greedy = client.submit(
    async () => {
      const bytes = Buffer.alloc(700 * 1024 ** 2, 1);
      await new Promise((resolve) => setTimeout(resolve, 5000));
      return bytes.length;
    },
    { tag: 'm' },
  );
  const error = await greedy.result().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  const report = await session.close();
  expect(report?.failures.every(({ outcome }) => outcome === 'out_of_memory')).toBe(true);
  expect(report?.failures.length).toBeGreaterThan(0);
});

it('32: `adaptive` bounds the workers of a local target', async () => {
  const maximum = availableParallelism() + 1;
  using study = project(
    MANIFEST(`, adaptive: { minimum: 1, maximum: ${maximum} }`).replace('max_workers: 1, ', ''),
  );
  const session = await ScalableSession.fromYaml(study.manifest);
  const client = await session.start();
  expect(client.workerCount('m')).toBe(maximum);
  await session.close();
});

it('35: run time is measured from the start, not from the submission; every attempt names its worker', async () => {
  using study = project(MANIFEST());
  const session = await ScalableSession.fromYaml(study.manifest);
  const client = await session.start();
  const nap = () => new Promise<void>((resolve) => setTimeout(resolve, 300));
  await client.gather([1, 2, 3, 4].map(() => client.submit(nap, { tag: 'm', name: 'nap' })));
  await session.close();
  const workspace = await openWorkspace(study.folder, { access: 'read' });
  const { runId } = (await workspace.store.run('last')) ?? { runId: '' };
  const { rows } = await workspace.store.instances({ runId, sort: 'index', offset: 0, limit: 9 });
  for (const { instanceId, wallSeconds, queuedAt, startedAt, finishedAt } of rows) {
    expect(wallSeconds).toBeGreaterThan(0.28);
    expect(wallSeconds).toBeLessThan(0.9);
    expect(startedAt).toBeGreaterThanOrEqual(queuedAt ?? Number.NaN);
    expect(finishedAt).toBeGreaterThan(startedAt ?? Number.NaN);
    const detail = await workspace.store.instance(runId, instanceId);
    expect(detail?.attemptRows.map(({ workerId }) => workerId)).toEqual([expect.stringMatching(/./)]);
  }
  // One worker, one after the other: the last waited three naps, and that is not its run time.
  const [first, last] = [rows[0], rows[3]];
  expect((last?.startedAt ?? 0) - (first?.startedAt ?? 0)).toBeGreaterThan(850);
  await workspace.close();
});

it('44: a date without quotes is text, also as a parameter', async () => {
  using study = project(
    MANIFEST().replace(
      'component: m }',
      'component: m, command: "echo {day}", params: { day: [2026-05-20] } }',
    ),
  );
  const { code, json, stderr } = await cli({ cwd: study.folder }, 'plan', '--format', 'json');
  expect(code, stderr).toBe(0);
  expect(json()).toMatchObject({ instances: [{ params: { day: '2026-05-20' } }] });
});

describe('reports', () => {
  it('33, 34: --last, --latest and no flag are the same, and tell workers, scaling, duration and efficiency', async () => {
    using study = project(`
version: 1
project: { name: gaps }
targets: { local: { provider: local, max_workers: 2, containers: none } }
components: { m: { cpus: 1, memory: 64M } }
tasks: { nap: { component: m, command: sleep 0.2, params: { i: [1, 2, 3, 4] } } }
`);
    const { code, stderr } = await cli({ cwd: study.folder }, 'run', '--quiet');
    expect(code, stderr).toBe(0);
    const report = async (...flags: string[]) => {
      const outcome = await cli({ cwd: study.folder }, 'report', ...flags, '--format', 'json');
      expect(outcome.code, outcome.stderr).toBe(0);
      return outcome.json<Record<string, unknown>>();
    };
    const last = await report('--last');
    expect(await report('--latest')).toEqual(last);
    expect(await report()).toEqual(last);
    expect(last).toMatchObject({
      tasks: { total: 4, succeeded: 4 },
      tasks_by_name: { nap: expect.anything() },
      scaling: { up: expect.any(Number), down: expect.any(Number), decisions: expect.anything() },
      duration_s: expect.any(Number),
      efficiency: expect.any(Number),
    });
    const { workers } = last as {
      workers: Record<string, { started: number; removed: number; final: number }>;
    };
    const { started = 0, removed = 0, final = 0 } = workers.m ?? {};
    expect(started).toBeGreaterThan(0);
    expect(removed + final).toBe(started);
  });
});

it('36: a run of the reference package that was killed, or whose tasks failed, does not say completed', async () => {
  using study = project(MANIFEST());
  const runs = join(import.meta.dirname, '../fixtures/reference-runs');
  await cli({ cwd: study.folder }, 'import', runs);
  const listed = await cli({ cwd: study.folder }, 'runs', '--format', 'json');
  const statuses = listed.json<{ status: string }[]>().map(({ status }) => status);
  expect(statuses.sort()).toEqual(['failed', 'failed', 'interrupted', 'succeeded']);
});

it('41, 43: targets of clouds and of Slurm without comm_port do not stand in the way of a local plan', async () => {
  using study = project(`
version: 1
project: { name: gaps }
targets:
  local: { provider: local, max_workers: 1 }
  hpc: { provider: slurm, queue: batch, account: A, walltime: "01:00:00", interface: ib0 }
  aws: { provider: aws, region: us-east-1, cluster_type: fargate }
  gcp: { provider: gcp, project: p, region: us-central1 }
components: { m: { cpus: 1, memory: 64M } }
tasks: { nap: { component: m, command: sleep 0 } }
`);
  const { cwd } = { cwd: study.folder };
  expect((await cli({ cwd }, 'validate')).code).toBe(0);
  const dry = await cli({ cwd }, 'run', '--target', 'local', '--dry-run', '--format', 'json');
  expect(dry.code, dry.stderr).toBe(0);
  expect(dry.json()).toMatchObject({ target: 'local', provider: 'local' });
});
