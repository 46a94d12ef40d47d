import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppRuntime, startRuntime } from '../../main/api/app-runtime.ts';
import type { AppServices, RunUpdate } from '../../main/api/services.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { parseMemory } from '../../main/platform/units.ts';
import { newHome, type TestHome } from './support/app.ts';

/** The ten-minute story without a page: each step is what a page asks for, on the real sample with real processes. */
describe('the story of the sample, asked of the API', () => {
  const before = { home: process.env.HOME, config: process.env.SCALABLE_CONFIG_DIR };
  let home: TestHome;
  let runtime: AppRuntime;
  let app: AppServices;
  let projectId: string;
  let folder: string;
  let firstRun: string;

  beforeAll(async () => {
    home = await newHome();
    process.env.HOME = home.folder;
    process.env.SCALABLE_CONFIG_DIR = home.env.SCALABLE_CONFIG_DIR;
    runtime = startRuntime({ host: 'browser', logger: silentLogger });
    app = runtime.services;
  });
  afterAll(async () => {
    await runtime.close();
    process.env.HOME = before.home;
    if (before.config === undefined) delete process.env.SCALABLE_CONFIG_DIR;
    else process.env.SCALABLE_CONFIG_DIR = before.config;
    await home.remove();
  });

  async function runToItsEnd(runId: string): Promise<RunUpdate[]> {
    const updates: RunUpdate[] = [];
    for await (const update of app.runs.watch(projectId, runId, new AbortController().signal))
      updates.push(update);
    return updates;
  }

  it('opens a copy of the sample, whose manifest is in order', async () => {
    const project = await app.projects.createSample();
    ({ projectId, folder } = project);
    expect(project.manifestFile).toBe('scalable.yaml');
    const manifest = await app.manifests.read(projectId, 'local');
    expect(manifest.report.errors).toEqual([]);
    expect(manifest.targets).toEqual([{ name: 'local', provider: 'local' }]);
    expect((await app.projects.recent()).map((recent) => recent.folder)).toEqual([folder]);
  });

  it('underlines what is wrong while typing, and saves nothing over a file that changed', async () => {
    const { text, version } = await app.manifests.read(projectId, 'local');
    const memory = ['components', 'model', 'memory'];
    const wrong = await app.manifests.previewEdits(projectId, [{ path: memory, value: 'plenty' }]);
    const check = await app.manifests.check(projectId, wrong.after, 'local');
    expect(check.report.ok).toBe(false);
    expect(check.report.errors[0]).toMatchObject({
      path: 'components.model.memory',
      line: expect.any(Number),
    });
    await expect(app.manifests.save(projectId, text, 'another')).rejects.toMatchObject({
      code: 'E_MANIFEST_CHANGED',
    });
    // A quarter of the sample is enough here, and no retry, so that what is too large for its request fails.
    const less = await app.manifests.previewEdits(projectId, [
      { path: ['tasks', 'simulate', 'retries'], value: 0 },
      { path: ['tasks', 'simulate', 'params', 'year'], value: [2030] },
      { path: ['tasks', 'simulate', 'params', 'num_nodes'], value: [300, 1000, 1800] },
    ]);
    expect((await app.manifests.save(projectId, less.after, version)).text).toBe(less.after);
  });

  it('plans, runs exactly that plan and tells how it goes', async () => {
    const plan = await app.plans.create({ projectId, target: 'local', workers: { model: 2, report: 1 } });
    const page = await app.plans.instances(plan.planId, 0, 10);
    expect(page.total).toBe(plan.instanceCount);
    ({ runId: firstRun } = await app.runs.start(plan.planId));
    const updates = await runToItsEnd(firstRun);
    expect(updates[0]?.kind).toBe('snapshot');
    expect(updates.at(-1)).toMatchObject({ kind: 'finished', run: { runId: firstRun } });
    const report = await app.runs.report(projectId, firstRun);
    expect(report.tasks.total).toBe(plan.instanceCount);
    expect(report.attempts.by_outcome.out_of_memory ?? 0).toBeGreaterThan(0);
  });

  it('plans as sure as the settings say, unless told otherwise', async () => {
    const { confidence, risk } = await app.settings.get();
    await app.settings.set({ confidence: 0.8, risk: 'never_fail' });
    const wished = await app.plans.create({ projectId, target: 'local' });
    expect(wished.terms).toMatchObject({ confidence: 0.8, risk: 'never_fail' });
    const told = await app.plans.create({ projectId, target: 'local', confidence: 0.99 });
    expect(told.terms).toMatchObject({ confidence: 0.99, risk: 'never_fail' });
    await app.settings.set({ confidence, risk });
  });

  it('shows the task that needed most attention, with its log', async () => {
    const { rows } = await app.runs.instances(projectId, {
      runId: firstRun,
      sort: 'memory',
      offset: 0,
      limit: 1,
    });
    const detail = await app.runs.instance(projectId, firstRun, rows[0]!.instanceId);
    expect(detail.attemptRows.length).toBeGreaterThan(0);
    const log = await app.runs.log(
      projectId,
      firstRun,
      detail.instanceId,
      detail.attemptRows.length,
      'stdout',
      0,
    );
    expect(log.nextOffset).toBe(log.totalBytes);
  });

  it('tries the failed tasks again after the run is over, with more memory', async () => {
    const page = { runId: firstRun, states: ['failed'] as const, offset: 0, limit: 50 };
    const { rows } = await app.runs.instances(projectId, page);
    expect(rows.length).toBeGreaterThan(0);
    const failed = rows.map((row) => row.instanceId);
    await app.runs.retry(projectId, firstRun, failed, { memoryBytes: 1024 ** 3 });
    await runToItsEnd(firstRun);
    expect(await app.runs.get(projectId, firstRun)).toMatchObject({
      status: 'succeeded',
      tasks: { failed: 0 },
    });
  });

  it('learns from it, and says how well', async () => {
    await app.advisor.startTraining(projectId, { modelType: 'auto', cvFolds: 3 });
    const leave = new AbortController();
    for await (const state of app.advisor.watchTraining(projectId, leave.signal)) {
      if (state.kind === 'going') continue;
      expect(state).toMatchObject({ kind: 'done', result: { cvFolds: 3 } });
      leave.abort();
    }
    const status = await app.advisor.status(projectId);
    expect(status.report?.tasks.map((task) => task.task)).toContain('simulate');
  });

  it('answers what-if at once, with what would be used', async () => {
    const inputs = { num_nodes: 1800, scenario_type: 'baseline', year: 2030 };
    const first = await app.advisor.whatIf(projectId, 'simulate', inputs, { confidence: 0.95 });
    expect(first.predicted.peakMemoryBytes?.point).toBeGreaterThan(0);
    // The fastest of three counts, by the thread's own time: the machine may be busy with other tests.
    const times: number[] = [];
    for (const nodes of [300, 700, 1200]) {
      const before = process.threadCpuUsage();
      await app.advisor.whatIf(projectId, 'simulate', { ...inputs, num_nodes: nodes }, { confidence: 0.95 });
      const { user, system } = process.threadCpuUsage(before);
      times.push((user + system) / 1000);
    }
    expect(Math.min(...times)).toBeLessThan(100);
  });

  it('applies what it learned to the manifest, a diff first', async () => {
    const advice = await app.advisor.advice(projectId, 'local', { confidence: 0.95 });
    const simulate = advice.find(({ task }) => task === 'simulate');
    expect(simulate?.method).not.toBe('manifest');
    const plan = await app.plans.create({ projectId, target: 'local', confidence: 0.95 });
    const line = plan.tasks.find(({ task }) => task === 'simulate');
    expect(parseMemory(simulate?.recommended.memory ?? '')).toBe(line?.largest.memoryBytes);
    const preview = await app.advisor.previewApply(projectId, 'local', { confidence: 0.95 }, ['simulate']);
    expect(preview.changes).toEqual([
      expect.objectContaining({ path: 'components.model.memory', from: expect.any(String) }),
    ]);
    expect(preview.after).toContain('# a guess, as everybody makes one');
    const saved = await app.manifests.save(projectId, preview.after, preview.version);
    expect(saved.report.errors).toEqual([]);
  });

  it('plans the next run from what was measured', async () => {
    const plan = await app.plans.create({ projectId, target: 'local', sizing: 'auto' });
    const simulate = plan.tasks.find((task) => task.task === 'simulate');
    expect(simulate?.evidence.method).not.toBe('manifest');
    expect(plan.timeSeconds).not.toBeNull();
  });

  it('exports the runs below the project', async () => {
    const exported = await app.telemetry.export(projectId, 'all', 'csv');
    expect(exported.folder.startsWith(folder)).toBe(true);
    expect((await readdir(exported.folder, { recursive: true })).length).toBeGreaterThan(0);
  });

  it('interrupts what runs when it closes, resumes it, and cancels on request', async () => {
    const plan = await app.plans.create({ projectId, target: 'local', sizing: 'manifest' });
    const { runId } = await app.runs.start(plan.planId);
    await runtime.close();
    expect(existsSync(join(folder, '.scalable', 'workspace.lock'))).toBe(false);

    runtime = startRuntime({ host: 'browser', logger: silentLogger });
    app = runtime.services;
    expect((await app.runs.get(projectId, runId)).status).toBe('interrupted');
    expect(await app.runs.resume(projectId, runId)).toEqual({ runId });
    await expect(app.runs.remove(projectId, runId)).rejects.toMatchObject({ code: 'E_RUN_LIVE' });
    await app.runs.cancel(projectId, runId);
    expect((await app.runs.get(projectId, runId)).status).toBe('cancelled');
    await app.runs.remove(projectId, runId);
    await expect(app.runs.get(projectId, runId)).rejects.toMatchObject({ code: 'E_RUN_NOT_FOUND' });
  });
});
