import { describe, expect, it } from 'vitest';
import { REPLAY_RULES, type ReplayStep } from '../../main/api/scaling-views.ts';
import { scalingService } from '../../main/api/services/scaling-service.ts';
import { loadManifest } from '../../main/manifest/load.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { providerFor } from '../../main/providers/registry.ts';
import { preparePlan } from '../../main/session/prepare-plan.ts';
import type { RunHandle } from '../../main/session/run-handle.ts';
import { startRun } from '../../main/session/start-run.ts';
import { openWorkspace, type Workspace } from '../../main/telemetry/workspace.ts';
import { LiveRuns } from '../../main/workspaces/live-runs.ts';
import type { OpenWorkspaces } from '../../main/workspaces/open-workspaces.ts';
import { type Project, project } from './session-projects.ts';

const PROJECT = '0123456789abcdef';
const POLL = { timeout: 30_000 };

const manifest = (seconds: string) => `
version: 1
project: { name: steered }
targets: { local: { provider: local, adaptive: { minimum: 1, maximum: 3 } } }
components: { small: { cpus: 1, memory: 64M } }
tasks:
  nap: { component: small, command: "sleep {seconds}", params: { seconds: ${seconds} } }
scaling: { scale_down_threshold: 0.25 }
`;

async function stepsOf(steps: AsyncIterable<ReplayStep>): Promise<ReplayStep[]> {
  const seen: ReplayStep[] = [];
  for await (const step of steps) seen.push(step);
  return seen;
}

async function started(study: Project, adaptive: boolean) {
  const { spec } = await loadManifest({ path: study.manifest, env: {} });
  if (!spec) throw new Error('The manifest of the test is wrong.');
  const workspace = await openWorkspace(study.folder, { access: 'write' });
  const plan = await preparePlan({ workspace, spec, options: { sizing: 'manifest' } });
  const provider = providerFor('local');
  const handle = await startRun({
    workspace,
    spec,
    plan,
    provider,
    clock: systemClock,
    logger: silentLogger,
    adaptive,
  });
  const liveRuns = new LiveRuns(silentLogger);
  liveRuns.add(PROJECT, handle);
  return { handle, workspace, service: serviceOver(workspace, study, liveRuns) };
}

function serviceOver(workspace: Workspace, study: Project, liveRuns: LiveRuns) {
  const workspaces = { get: async () => ({ workspace, folder: study.folder }) };
  return scalingService({ workspaces: workspaces as unknown as OpenWorkspaces, liveRuns });
}

async function cancelled(handle: RunHandle, workspace: Workspace) {
  await handle.cancel();
  await workspace.close();
}

describe('a live run that is steered', () => {
  it('tells its listeners at once, though no task of it begins or ends', async () => {
    using study = project(manifest('[300, 301, 302, 303]'));
    const { handle, workspace, service } = await started(study, false);
    try {
      await expect.poll(() => handle.live().tasks.running, POLL).toBeGreaterThan(0);
      await service.change(PROJECT, handle.runId, { settings: { cooldownSeconds: 7 } });
      await expect.poll(() => handle.live().scaling?.settings.cooldownSeconds, POLL).toBe(7);
      await service.change(PROJECT, handle.runId, { adaptive: true });
      await expect.poll(() => handle.live().scaling?.latest, POLL).not.toBeNull();
      await handle.scale({ small: 2 });
      expect(handle.live().scaling?.byHand).toEqual({ small: 2 });
      await service.release(PROJECT, handle.runId, ['small']);
      await expect.poll(() => handle.live().scaling?.byHand, POLL).toEqual({});
    } finally {
      await cancelled(handle, workspace);
    }
  });

  it('refuses tags it does not have, limits that contradict each other, and runs that are over', async () => {
    using study = project(manifest('[300]'));
    const { handle, workspace, service } = await started(study, true);
    try {
      const change = (settings: object) => service.change(PROJECT, handle.runId, { settings });
      await expect(change({ maxWorkers: { large: 2 } })).rejects.toMatchObject({ code: 'E_UNKNOWN_TAG' });
      await expect(change({ minWorkers: { small: 4 } })).rejects.toMatchObject({ code: 'E_SCALE_LIMITS' });
      await expect(service.release(PROJECT, 'run-gone', ['small'])).rejects.toMatchObject({
        code: 'E_RUN_NOT_LIVE',
      });
      const early = stepsOf(service.whatIf(PROJECT, handle.runId, { policies: ['predictive'] }));
      await expect(early).rejects.toMatchObject({ code: 'E_SIMULATE_EMPTY' });
    } finally {
      await cancelled(handle, workspace);
    }
  });
});

describe('a run that is over', () => {
  it('tells what it was to keep to, and is replayed under every policy in a thread of its own', async () => {
    using study = project(manifest('[0.2, 0.21, 0.22, 0.23, 0.24, 0.25]'));
    const { handle, workspace, service } = await started(study, true);
    try {
      await handle.finished;
      expect(await service.setting(PROJECT, handle.runId)).toMatchObject({
        adaptive: true,
        settings: { minWorkers: { small: 1 }, maxWorkers: { small: 3 }, scaleDownThreshold: 0.25 },
      });
      const steps = await stepsOf(service.whatIf(PROJECT, handle.runId, { policies: REPLAY_RULES }));
      const fractions = steps.flatMap((step) => (step.kind === 'going' ? [step.fraction] : []));
      expect(fractions).toEqual([0, 0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6]);
      expect(steps.at(-2)).toMatchObject({ step: '6 tasks replayed under 5 of 6 policies' });
      const last = steps.at(-1);
      if (last?.kind !== 'done') throw new Error('The replay has no end.');
      const replay = last.result;
      expect(replay).toMatchObject({ tasks: 6, conditions: { maxWorkers: { small: 3 } } });
      expect(replay.recorded?.starts).toBeGreaterThan(0);
      expect(replay.replayed.map(({ id, unfinished }) => [id, unfinished])).toEqual(
        REPLAY_RULES.map((rule) => [rule, 0]),
      );
      const stopped = stepsOf(
        service.whatIf(PROJECT, handle.runId, { policies: REPLAY_RULES }, AbortSignal.abort()),
      );
      await expect(stopped).rejects.toMatchObject({ code: 'E_CANCELLED' });
    } finally {
      await workspace.close();
    }
  });
});
