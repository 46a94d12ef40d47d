import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../main/manifest/load.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { providerFor } from '../../main/providers/registry.ts';
import { preparePlan } from '../../main/session/prepare-plan.ts';
import { resumeRun, startRun } from '../../main/session/start-run.ts';
import type { InstanceDetail } from '../../main/telemetry/views.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { project } from './session-projects.ts';

const linux = process.platform === 'linux';
if (!linux)
  console.warn('Memory limits of local tasks are exact on Linux only: these tests are skipped here');

const INSTANCES = 60;
const SECONDS = 0.3;

/** The peak of an instance is some 10 MB for Python, and its input: from 2 to 120 MB. */
const manifest = (memory: string, scouts: string) => `
version: 1
project: { name: scouts }
targets: { local: { provider: local, max_workers: 4 } }
components: { c: { cpus: 1, memory: ${memory} } }
tasks:
  fit:
    component: c
    command: [python3, -c, "import time; x = b'1' * ({size} * 1048576); time.sleep(${SECONDS})"]
    params: { size: { range: [2, 120, 2] } }
    scouts: ${scouts}
`;

async function run(memory: string, scouts: string) {
  using study = project(manifest(memory, scouts));
  const workspace = await openWorkspace(study.folder, { access: 'write' });
  const { spec } = await loadManifest({ path: study.manifest, env: {} });
  if (!spec) throw new Error('The manifest is wrong');
  const plan = await preparePlan({ workspace, spec, options: {} });
  const began = Date.now();
  const handle = await startRun({
    workspace,
    spec,
    plan,
    provider: providerFor('local'),
    clock: systemClock,
    logger: silentLogger,
  });
  const report = await handle.finished;
  const seconds = (Date.now() - began) / 1000;
  const details: InstanceDetail[] = [];
  for (const { id } of plan.instances) {
    const detail = await workspace.store.instance(handle.runId, id);
    if (detail) details.push(detail);
  }
  await workspace.close();
  return { report, seconds, details, scouts: plan.tasks[0]?.scouts ?? [], view: handle.live().scouts };
}

/** Byte-seconds asked for beyond what was used; a failed attempt is wasted altogether. */
function waste(details: readonly InstanceDetail[]): number {
  const attempts = details.flatMap(({ attemptRows }) => attemptRows);
  return attempts.reduce((sum, { request, outcome, peakMemoryBytes, wallSeconds }) => {
    const used = outcome === 'succeeded' ? (peakMemoryBytes ?? 0) : 0;
    return sum + ((request.memoryBytes ?? 0) - used) * (wallSeconds ?? 0);
  }, 0);
}

const failures = (details: readonly InstanceDetail[]) =>
  details.filter(({ attemptRows }) => attemptRows.some(({ outcome }) => outcome !== 'succeeded'));

describe.skipIf(!linux)('scouts of a task without history', () => {
  it('cut a request that is four times too large, at no more time than they take', async () => {
    const without = await run('520M', 'off');
    const scouted = await run('520M', 'auto');
    expect(without.scouts).toEqual([]);
    expect(scouted.scouts).toEqual(['fit.59', 'fit.0', 'fit.29']);
    expect(scouted.report.status).toBe('succeeded');
    expect(failures(scouted.details)).toEqual([]);
    expect(waste(scouted.details)).toBeLessThan(0.6 * waste(without.details));
    expect(scouted.view?.[0]).toMatchObject({ task: 'fit', state: 'released', scouts: 3 });

    const at = (id: string) => scouted.details.find(({ instanceId }) => instanceId === id)!;
    const scoutsLast = Math.max(...scouted.scouts.map((id) => at(id).finishedAt!));
    const first = Math.min(...scouted.details.map(({ startedAt }) => startedAt!));
    for (const id of scouted.scouts) expect(at(id).source).toBe('scouts');
    const scoutsTook = (scoutsLast - first) / 1000;
    const total = (rows: readonly InstanceDetail[]) =>
      (Math.max(...rows.map((row) => row.finishedAt!)) - Math.min(...rows.map((row) => row.startedAt!))) /
      1000;
    console.log(
      `4 x too large: waste ${Math.round((100 * waste(scouted.details)) / waste(without.details))} % of that without scouts; ${total(scouted.details)} s instead of ${total(without.details)} s, scouts took ${scoutsTook} s`,
    );
    // A noisy machine may run the whole thing at another pace: half of the plain time is allowed for that.
    expect(total(scouted.details)).toBeLessThan(1.5 * total(without.details) + scoutsTook);
  }, 180_000);

  it('let no more than themselves fail where the request is too small', async () => {
    const scouted = await run('48M', 'auto');
    const tooLarge = scouted.details.filter(({ peakMemoryBytes }) => (peakMemoryBytes ?? 0) > 48 * 1024 ** 2);
    expect(tooLarge.length).toBeGreaterThan(20);
    const failed = failures(scouted.details).map(({ instanceId }) => instanceId);
    console.log(`too small: ${failed.length} failed once instead of at least ${tooLarge.length}`);
    expect(scouted.scouts).toEqual(expect.arrayContaining(failed));
    expect(scouted.report.status).toBe('succeeded');
  }, 180_000);

  it('are followed by tighter requests the more of them there are', async () => {
    const scouted = await run('520M', '10');
    expect(failures(scouted.details).length).toBeLessThanOrEqual(2);
    const rest = scouted.details.filter(({ instanceId }) => !scouted.scouts.includes(instanceId));
    const asked = (size: number) => rest.find(({ params }) => params.size === size)?.request.memoryBytes ?? 0;
    expect(asked(10)).toBeLessThan(asked(110));
    expect(rest.every(({ source }) => source === 'scouts' || source === 'retry')).toBe(true);
  }, 180_000);

  it('keep what they measured, and the requests made from it, when the run is resumed', async () => {
    using study = project(manifest('520M', '4'));
    const workspace = await openWorkspace(study.folder, { access: 'write' });
    const { spec } = await loadManifest({ path: study.manifest, env: {} });
    if (!spec) throw new Error('The manifest is wrong');
    const plan = await preparePlan({ workspace, spec, options: {} });
    const shared = { workspace, clock: systemClock, logger: silentLogger };
    const handle = await startRun({ ...shared, spec, plan, provider: providerFor('local') });
    await new Promise<void>((resolve) => {
      handle.onChange(({ live }) => {
        if (live.scouts?.[0]?.state === 'released' && live.tasks.succeeded > 4) resolve();
      });
    });
    await handle.interrupt();
    const again = await resumeRun({ ...shared, runId: handle.runId });
    const report = await again.finished;
    const { rows } = await workspace.store.instances({
      runId: handle.runId,
      sort: 'index',
      offset: 0,
      limit: INSTANCES,
    });
    await workspace.close();
    expect(report.status).toBe('succeeded');
    const scouts = plan.tasks[0]?.scouts ?? [];
    for (const row of rows)
      if (!scouts.includes(row.instanceId)) expect(row.request.memoryBytes).toBeLessThan(400 * 1024 * 1024);
  }, 180_000);
});
