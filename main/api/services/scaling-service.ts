import { parseManifest } from '../../manifest/load.ts';
import { AppError } from '../../platform/errors.ts';
import { EventQueue } from '../../platform/event-queue.ts';
import { counted } from '../../platform/units.ts';
import type { ScalePlan } from '../../providers/provider.ts';
import { scaleSettings } from '../../session/adaptive/run-scaling.ts';
import type { RunDetail } from '../../telemetry/views.ts';
import type { LiveRuns } from '../../workspaces/live-runs.ts';
import type { OpenWorkspaces } from '../../workspaces/open-workspaces.ts';
import type { ReplayStep, ScaleSettings, ScalingService, ScalingSetting } from '../scaling-views.ts';
import { checkTags, liveHandle } from './live-handle.ts';
import { type ReplayJob, replayInThread } from './replay-thread.ts';
import { runDetail } from './watch-run.ts';

export interface ScalingDependencies {
  readonly workspaces: OpenWorkspaces;
  readonly liveRuns: LiveRuns;
}

/** How runs are scaled, live ones by their handle, past ones as their record tells. */
export function scalingService({ workspaces, liveRuns }: ScalingDependencies): ScalingService {
  return {
    setting: async (projectId, runId) => {
      const { workspace, folder } = await workspaces.get(projectId);
      return recordedSetting(await runDetail(workspace.store, runId), folder);
    },
    change: async (projectId, runId, wishes) => {
      const handle = liveHandle(liveRuns, projectId, runId);
      const { settings } = wishes;
      if (settings) {
        checkTags(handle, Object.keys({ ...settings.minWorkers, ...settings.maxWorkers }));
        checkLimits({ ...handle.scaling.view().settings, ...settings });
      }
      await handle.scaling.change(wishes);
    },
    release: async (projectId, runId, tags) => {
      const handle = liveHandle(liveRuns, projectId, runId);
      checkTags(handle, tags);
      await handle.scaling.release(tags);
    },
    async *whatIf(projectId, runId, request, signal) {
      const { workspace, folder } = await workspaces.get(projectId);
      const run = await runDetail(workspace.store, runId);
      await workspace.store.flush();
      const settings =
        liveRuns.get(projectId, runId)?.scaling.view().settings ??
        recordedSetting(run, folder)?.settings ??
        null;
      yield* replaySteps({ database: workspace.paths.database, runId, settings, request }, signal);
    },
  };
}

async function* replaySteps(job: ReplayJob, signal: AbortSignal | undefined): AsyncGenerator<ReplayStep> {
  const steps = new EventQueue<ReplayStep>();
  const going = (fraction: number, step: string) => steps.push({ kind: 'going', fraction, step });
  going(0, 'Reading what was recorded');
  const replayed = replayInThread(
    job,
    ({ done, of, tasks }) =>
      going(done / of, `${counted(tasks, 'task')} replayed under ${done} of ${of} policies`),
    signal,
  );
  const end = () => steps.end();
  replayed.then(end, end);
  yield* steps;
  yield { kind: 'done', result: await replayed };
}

/** @throws AppError E_SCALE_LIMITS where a floor lies above its ceiling */
export function checkLimits({
  minWorkers,
  maxWorkers,
  scaleUpThreshold,
  scaleDownThreshold,
}: ScaleSettings): void {
  const tag = Object.keys(minWorkers).find(
    (name) => (minWorkers[name] ?? 0) > (maxWorkers[name] ?? Infinity),
  );
  if (tag !== undefined)
    throw new AppError({
      code: 'E_SCALE_LIMITS',
      message: `“${tag}” cannot have at least ${minWorkers[tag]} and at most ${maxWorkers[tag]} workers.`,
      hint: 'Lower the minimum or raise the maximum.',
    });
  if (scaleDownThreshold > scaleUpThreshold)
    throw new AppError({
      code: 'E_SCALE_LIMITS',
      message: 'Workers would be removed at a higher use than that at which they are added.',
      hint: 'The threshold for fewer workers must not lie above the one for more.',
    });
}

/** What the run's own manifest said, as it was recorded with the run. */
function recordedSetting(run: RunDetail, projectFolder: string): ScalingSetting | null {
  const plan = scalePlanOf(run.plan);
  if (plan === null) return null;
  const { spec } = parseManifest(run.manifestText, { projectFolder, target: run.target, env: process.env });
  return spec && { adaptive: spec.target.adaptive !== null, settings: scaleSettings(spec, plan) };
}

function scalePlanOf(plan: unknown): ScalePlan | null {
  if (typeof plan !== 'object' || plan === null || !('scalePlan' in plan)) return null;
  const { scalePlan } = plan;
  return typeof scalePlan === 'object' && scalePlan !== null && 'workers' in scalePlan
    ? (scalePlan as ScalePlan)
    : null;
}
