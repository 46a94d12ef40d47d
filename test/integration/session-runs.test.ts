import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../main/manifest/load.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { runPaths } from '../../main/platform/paths.ts';
import { providerFor } from '../../main/providers/registry.ts';
import { requestCancel } from '../../main/session/control-file.ts';
import { preparePlan } from '../../main/session/prepare-plan.ts';
import { startRun } from '../../main/session/start-run.ts';
import { openWorkspace, type Workspace } from '../../main/telemetry/workspace.ts';
import { type Project, project } from './session-projects.ts';

const HEAD = `
version: 1
project: { name: runs, default_storage: ./results }
targets: { local: { provider: local, max_workers: 4 } }
components: { c: { cpus: 1 }, small: { cpus: 1, memory: 64M } }
`;

async function start(study: Project, workspace: Workspace) {
  const { spec, report } = await loadManifest({ path: study.manifest, env: {} });
  if (!spec) throw new Error(JSON.stringify(report.errors));
  const plan = await preparePlan({ workspace, spec, options: { sizing: 'manifest' } });
  const provider = providerFor('local');
  return startRun({ workspace, spec, plan, provider, clock: systemClock, logger: silentLogger });
}

async function run(study: Project) {
  const workspace = await openWorkspace(study.folder, { access: 'write' });
  const handle = await start(study, workspace);
  const report = await handle.finished;
  const { rows } = await workspace.store.instances({
    runId: handle.runId,
    sort: 'index',
    offset: 0,
    limit: 100,
  });
  await workspace.close();
  return { report, rows, live: handle.live() };
}

describe('a run of a manifest', () => {
  it('hands outputs on to those that need them, all or the matching ones', async () => {
    using study = project(`${HEAD}
tasks:
  simulate:
    component: c
    command: sh -c 'echo {scenario} {year} > "$0"' {outputs.result}
    params: { scenario: [low, 'high & wild'], year: [2030, 2050] }
    outputs: { result: file, extra: 'extra/{scenario}-{year}.txt' }
  compare:
    component: c
    command: cat {simulate.outputs.result} > {outputs.table}
    params: { scenario: [low, 'high & wild'] }
    needs: ['simulate[scenario]']
    outputs: { table: 'tables/{scenario}.txt' }
  all:
    component: c
    command: cat {simulate.outputs.result} | wc -l > all.txt
    needs: [simulate, compare]
`);
    const { report, rows } = await run(study);
    expect(report.failures).toEqual([]);
    expect(report.tasks).toMatchObject({ total: 7, succeeded: 7 });
    expect(study.lines('tables/low.txt')).toEqual(['low 2030', 'low 2050']);
    expect(study.lines('tables/high & wild.txt')).toEqual(['high & wild 2030', 'high & wild 2050']);
    expect(study.read('all.txt').trim()).toBe('4');
    expect(study.read(`results/${report.run_id}/simulate.0/result`)).toBe('low 2030\n');
    expect(rows.find(({ instanceId }) => instanceId === 'all.0')?.startedAt).toBeGreaterThanOrEqual(
      Math.max(...rows.filter(({ task }) => task === 'compare').map(({ finishedAt }) => finishedAt ?? 0)),
    );
  });

  it('gives a task that ran out of memory more, and records both attempts', async () => {
    const allocate = 'let b=Buffer.alloc(110*1024*1024,1);setTimeout(()=>b.length,400)';
    using study = project(`${HEAD}
tasks:
  grow: { component: small, command: ["${process.execPath}", -e, "${allocate}"], retries: 3 }
`);
    const { report } = await run(study);
    expect(report.status).toBe('succeeded');
    expect(report.attempts.by_outcome.out_of_memory).toBeGreaterThanOrEqual(1);
    expect(report.attempts.by_outcome.succeeded).toBe(1);
  });

  it('goes on after a failure, skips what needs it, and is recorded as failed', async () => {
    using study = project(`${HEAD}
tasks:
  simulate: { component: c, command: 'test {i} != 2', params: { i: [1, 2, 3] } }
  analyze: { component: c, command: 'true {i}', params: { i: [1, 2, 3] }, needs: ['simulate[i]'] }
`);
    const { report, rows } = await run(study);
    expect(report.status).toBe('failed');
    expect(report.tasks).toMatchObject({ succeeded: 4, failed: 1, skipped: 1 });
    expect(rows.find(({ instanceId }) => instanceId === 'analyze.1')?.state).toBe('skipped');
    expect(report.attempts.total).toBe(5);
  });

  it('reuses earlier results while command, parameters, inputs and programs are the same', async () => {
    using study = project(`${HEAD}
tasks:
  simulate:
    component: c
    command: sh model.sh {scenario} {outputs.result}
    params: { scenario: [low, high] }
    inputs: ['{scenario}.txt']
    outputs: { result: file }
    cache: true
  sum:
    component: c
    command: sh -c 'cat "$@" > sum.txt; echo once >> sums.log' sh {simulate.outputs.result}
    needs: [simulate]
    cache: true
`);
    study.write('model.sh', 'echo "$1" >> calls.log; cat "$1.txt" > "$2"\n');
    study.write('low.txt', '1\n');
    study.write('high.txt', '2\n');
    expect((await run(study)).report.tasks).toMatchObject({ succeeded: 3, cached: 0 });

    const again = await run(study);
    expect(again.report.tasks).toMatchObject({ succeeded: 0, cached: 3 });
    expect(again.report.status).toBe('succeeded');
    expect(study.read(`results/${again.report.run_id}/simulate.1/result`)).toBe('2\n');
    expect(study.lines('calls.log').sort()).toEqual(['high', 'low']);

    study.write('high.txt', '3\n');
    expect((await run(study)).report.tasks).toMatchObject({ succeeded: 2, cached: 1 });
    expect(study.read('sum.txt')).toBe('1\n3\n');

    study.write('model.sh', 'echo "$1" >> calls.log; cat "$1.txt" > "$2"; echo new >> "$2"\n');
    expect((await run(study)).report.tasks).toMatchObject({ succeeded: 3, cached: 0 });
  });

  it('is cancelled when another process asks for it, and keeps what finished', async () => {
    using study = project(`${HEAD}
tasks:
  quick: { component: c, command: 'true' }
  long: { component: c, command: sleep 60, needs: [quick] }
`);
    const workspace = await openWorkspace(study.folder, { access: 'write' });
    const handle = await start(study, workspace);
    while (handle.live().tasks.running === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await requestCancel(runPaths(workspace.paths, handle.runId));
    const report = await handle.finished;
    expect(report).toMatchObject({ status: 'cancelled', tasks: { succeeded: 1, cancelled: 1 } });
    await workspace.close();
  });

  it('shows only what is on disk, and always the end', async () => {
    using study = project(`${HEAD}
tasks:
  t: { component: c, command: sleep 0.05, params: { i: { range: [1, 30, 1] } } }
`);
    const workspace = await openWorkspace(study.folder, { access: 'write' });
    const handle = await start(study, workspace);
    const seen: number[] = [];
    const times: number[] = [];
    handle.onChange(async ({ live }) => {
      times.push(Date.now());
      seen.push(live.tasks.succeeded);
      const stored = await workspace.store.run(handle.runId);
      expect(stored?.tasks.succeeded).toBeGreaterThanOrEqual(live.tasks.succeeded);
    });
    await handle.finished;
    expect(seen.at(-1)).toBe(30);
    expect(times.length).toBeLessThanOrEqual(((times.at(-1) ?? 0) - (times[0] ?? 0)) / 250 + 2);
    expect(handle.live()).toMatchObject({ status: 'succeeded', predictedFinish: null });
    await workspace.close();
  });

  it('stops on purpose as interrupted, and goes on from there', async () => {
    using study = project(`${HEAD}
tasks:
  t: { component: c, command: 'sleep 0.1; echo {i} >> done.txt', params: { i: { range: [1, 20, 1] } } }
`);
    const workspace = await openWorkspace(study.folder, { access: 'write' });
    const handle = await start(study, workspace);
    while (study.lines('done.txt').length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    await handle.interrupt();
    expect((await handle.finished).status).toBe('interrupted');
    const { resumeRun } = await import('../../main/session/start-run.ts');
    const again = await resumeRun({
      workspace,
      runId: handle.runId,
      clock: systemClock,
      logger: silentLogger,
    });
    expect(await again.finished).toMatchObject({ status: 'succeeded', tasks: { succeeded: 20 } });
    expect(new Set(study.lines('done.txt')).size).toBe(20);
    await workspace.close();
    expect(study.lines(join('.scalable', 'runs', handle.runId, 'attempts.jsonl')).length).toBeGreaterThan(0);
  });
});
