import type { Sites } from '../../connections/open-site.ts';
import { targetProvider } from '../../connections/target-provider.ts';
import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { goesOnAtSite } from '../../session/left-at-site.ts';
import { recordedSpec } from '../../session/recorded-spec.ts';
import { type ResumeRunOptions, resumeRun } from '../../session/resume-run.ts';
import type { RunHandle } from '../../session/run-handle.ts';
import { startRun } from '../../session/start-run.ts';
import type { LiveRuns } from '../../workspaces/live-runs.ts';
import type { LiveTransfers } from '../../workspaces/live-transfers.ts';
import type { OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import type { RunService } from '../services.ts';
import { connectNow } from './connect-now.ts';
import { followLog } from './follow-log.ts';
import { checkTags, liveHandle } from './live-handle.ts';
import { logPlace } from './log-place.ts';
import { readLogSlice } from './log-slice.ts';
import type { PlanShelf } from './plans-service.ts';
import { RunLogs } from './run-logs.ts';
import { startInTurn } from './start-jobs.ts';
import { LOAD_POINTS, notFound, runDetail, watchRun } from './watch-run.ts';

export interface RunsDependencies {
  readonly workspaces: OpenWorkspaces;
  readonly liveRuns: LiveRuns;
  readonly transfers: LiveTransfers;
  readonly shelf: PlanShelf;
  /** Where runs on a site are sent to and read from. */
  readonly sites: Sites;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function runsService(deps: RunsDependencies): RunService {
  const { workspaces, liveRuns, transfers, shelf, sites, clock, logger } = deps;
  const logs = new RunLogs({ sites, clock, logger });
  const storeOf = async (projectId: string) => (await workspaces.get(projectId)).workspace.store;

  const live = (projectId: string, runId: string) => liveHandle(liveRuns, projectId, runId);

  async function resume(
    projectId: string,
    runId: string,
    retry?: ResumeRunOptions['retry'],
  ): Promise<RunHandle> {
    const { workspace } = await workspaces.get(projectId);
    const spec = recordedSpec(await workspace.store.run(runId));
    const handle = await startInTurn(transfers, projectId, async (staging) => {
      if (spec) await connectNow(sites, spec);
      return resumeRun({
        workspace,
        runId,
        clock,
        logger,
        sites,
        onDoubt: 'hold',
        ...staging,
        ...(retry && { retry }),
      });
    });
    liveRuns.add(projectId, handle);
    return handle;
  }

  return {
    start: async (planId) => {
      const { projectId, spec, plan } = shelf.get(planId);
      const { workspace } = await workspaces.get(projectId);
      const provider = await targetProvider(spec, sites);
      const handle = await startInTurn(transfers, projectId, async (staging) => {
        await connectNow(sites, spec);
        return startRun({
          workspace,
          spec,
          plan,
          provider,
          clock,
          logger,
          sites,
          onDoubt: 'hold',
          ...staging,
        });
      });
      liveRuns.add(projectId, handle);
      return { runId: handle.runId };
    },
    list: async (projectId, options) => (await storeOf(projectId)).runs(options),
    get: async (projectId, runId) => runDetail(await storeOf(projectId), runId),
    report: async (projectId, runId) => (await (await storeOf(projectId)).report(runId)) ?? notFound('run'),
    instances: async (projectId, query) => (await storeOf(projectId)).instances(query),
    instance: async (projectId, runId, instanceId) =>
      (await (await storeOf(projectId)).instance(runId, instanceId)) ?? notFound('task instance'),
    lanes: async (projectId, runId) => (await storeOf(projectId)).lanes(runId),
    load: async (projectId, runId) => (await storeOf(projectId)).load(runId, LOAD_POINTS),
    log: async (projectId, runId, instanceId, attempt, stream, offset) => {
      const { workspace } = await workspaces.get(projectId);
      const detail = (await workspace.store.instance(runId, instanceId)) ?? notFound('task instance');
      const { path } = logPlace(detail, attempt, stream);
      return readLogSlice(await logs.of(workspace, runId), path, offset);
    },
    followLog: async function* (projectId, runId, instanceId, attempt, stream, signal) {
      const { workspace } = await workspaces.get(projectId);
      const handle = liveRuns.get(projectId, runId);
      yield* followLog(
        {
          source: await logs.of(workspace, runId),
          place: async () => {
            const detail = (await workspace.store.instance(runId, instanceId)) ?? notFound('task instance');
            const { path, ended } = logPlace(detail, attempt, stream);
            return { path, ended: ended || !liveRuns.get(projectId, runId) };
          },
          onChange: (listener) => {
            if (!handle) return () => undefined;
            handle.finished.then(listener, listener);
            return handle.onChange(({ changed }) => changed.includes(instanceId) && listener());
          },
        },
        signal,
      );
    },
    cancel: async (projectId, runId) => {
      const handle = liveRuns.get(projectId, runId);
      if (handle) return handle.cancel();
      // Only what is known to run can be ended: what went on at a site is taken up again first.
      if (!(await goesOnAtSite(await storeOf(projectId), runId))) live(projectId, runId);
      await (await resume(projectId, runId)).cancel();
    },
    cancelInstances: (projectId, runId, instanceIds) => live(projectId, runId).cancelInstances(instanceIds),
    resume: async (projectId, runId) => {
      if (!liveRuns.get(projectId, runId)) await resume(projectId, runId);
      return { runId };
    },
    retry: async (projectId, runId, instanceIds, request) => {
      const handle = liveRuns.get(projectId, runId);
      if (handle) await handle.retry(instanceIds, request);
      else await resume(projectId, runId, { instanceIds, request });
    },
    scale: async (projectId, runId, workersByTag) => {
      const handle = live(projectId, runId);
      checkTags(handle, Object.keys(workersByTag));
      await handle.scale(workersByTag);
    },
    releaseScouts: async (projectId, runId, task) => live(projectId, runId).scouts.release(task),
    remove: async (projectId, runId) => {
      if (liveRuns.get(projectId, runId))
        throw new AppError({
          code: 'E_RUN_LIVE',
          message: 'This run is still going on.',
          hint: 'Cancel it first; then it can be removed.',
        });
      await (await storeOf(projectId)).deleteRun(runId);
    },
    watch: async function* (projectId, runId, signal) {
      const { workspace, health } = await workspaces.get(projectId);
      yield* watchRun({ store: workspace.store, health }, liveRuns.get(projectId, runId), runId, signal);
    },
  };
}
