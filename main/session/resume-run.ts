import { targetProvider } from '../connections/target-provider.ts';
import type { DeploymentSpec } from '../manifest/spec.ts';
import { DependencyGraph } from '../planning/dependency-graph.ts';
import { needsOf } from '../planning/needs.ts';
import type { Plan } from '../planning/plan.ts';
import { breather } from '../platform/breather.ts';
import type { Clock } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Adoption, DeploymentProvider, ScalePlan } from '../providers/provider.ts';
import type { Sites } from '../providers/site.ts';
import type { InstanceState, PlannedInstance } from '../telemetry/events.ts';
import type { TelemetryStore } from '../telemetry/store.ts';
import type { InstanceRow } from '../telemetry/views.ts';
import { openRun, owner, type RunSetting, type RunWorkspace, type ScoutPlan } from './open-run.ts';
import { isFromCode, recordedSpec } from './recorded-spec.ts';
import { Recorder } from './recorder.ts';
import { resultCache } from './result-cache.ts';
import type { RunHandle } from './run-handle.ts';
import { byTask, retriesOf } from './run-instances.ts';
import { TaskInstances } from './task-instances.ts';
import { type RunWishes, rewishedSpec } from './wished-spec.ts';
import { providerContext, readyLayout } from './work-layout.ts';

export interface ResumeRunOptions {
  readonly workspace: RunWorkspace;
  readonly runId: string;
  /** Tests bring their own. */
  readonly provider?: DeploymentProvider;
  /** Opens a run once more, even one that is over, to try these again: with a larger request where one is given. */
  readonly retry?: {
    readonly instanceIds: readonly string[];
    readonly request: { memoryBytes?: number; walltimeSeconds?: number };
  };
  /** What it is to hold to now; absent: what it held to before. */
  readonly wishes?: RunWishes;
  /** Whether the scaler decides; absent: as the target says. */
  readonly adaptive?: boolean;
  /** Whether somebody can let a task go whose scouts raise doubts. */
  readonly onDoubt?: 'hold' | 'warn';
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where targets with a `connection:` are reached. */
  readonly sites?: Sites;
  readonly onStaging?: RunSetting['onStaging'];
  readonly stagingSignal?: RunSetting['stagingSignal'];
}

const PAGE = 5000;
const NOTHING_LEFT: Adoption = { finished: [], running: [], lost: [], ends: noEnds() };

/**
 * Goes on with a run whose app has gone: what finished stays finished, what still runs is waited for, the rest is done.
 * @throws AppError `E_RUN_NOT_FOUND`, `E_RUN_OVER`, `E_RUN_NOT_RESUMABLE`
 */
export async function resumeRun(options: ResumeRunOptions): Promise<RunHandle> {
  const { workspace, runId, clock, logger } = options;
  const { store } = workspace;
  const found = await resumable(store, runId, options.retry !== undefined);
  const { scalePlan, startedAt, scouts } = found;
  const spec = rewishedSpec(found.spec, options.wishes ?? {});
  const provider = options.provider ?? (await targetProvider(spec, options.sites));
  const setting = {
    workspace,
    spec,
    provider,
    clock,
    logger,
    ...(options.sites && { sites: options.sites }),
    ...(options.onStaging && { onStaging: options.onStaging }),
    ...(options.stagingSignal && { stagingSignal: options.stagingSignal }),
    ...(options.adaptive !== undefined && { adaptive: options.adaptive }),
    ...(options.onDoubt && { onDoubt: options.onDoubt }),
  };
  const context = providerContext(setting, runId);
  const layout = await readyLayout(setting, context);
  const recorder = new Recorder(store, logger);
  recorder.record({ type: 'run_resumed', runId, at: clock.now(), ...owner() });

  // Before anything new begins: what an earlier app started may be running still.
  const adoption = (await provider.adopt?.(spec, context)) ?? NOTHING_LEFT;
  const stored = await storedRows(store, runId);
  const instances = stored.map((row) => plannedInstance(row, spec));
  const tasks = new TaskInstances({
    runId,
    spec: layout.spec,
    paths: layout.paths,
    instancesOf: byTask(instances),
  });
  const { engine, controller, cluster, begin } = await openRun(setting, {
    runId,
    startedAt,
    scalePlan,
    graph: await DependencyGraph.of(instances),
    recorder,
    toTask: (planned, attempt, request) => tasks.toTask(planned, attempt, request),
    scouts: { ...scouts, stored },
    resumed: true,
    lookUp: layout.elsewhere ? null : resultCache({ spec, tasks, runId, recorder, store, clock }),
  });
  const live = new Map(
    instances.map((planned) => [planned.id, engine.add(planned, retriesOf(spec, planned))]),
  );
  const breathe = breather();
  for (const { instanceId, state, attempts } of await store.resumeState(runId)) {
    const instance = live.get(instanceId);
    if (instance) engine.restore(instance, state as InstanceState, attempts);
    await breathe();
  }
  engine.adopt(adoption);
  engine.takeOver(cluster.adopted ?? []);
  if (options.retry) engine.retry(options.retry.instanceIds, options.retry.request);
  await begin();
  engine.seal();
  return controller;
}

async function* noEnds(): Adoption['ends'] {
  // A backend that nothing outlives has nothing to tell.
}

async function resumable(
  store: TelemetryStore,
  runId: string,
  evenIfOver: boolean,
): Promise<{ spec: DeploymentSpec; scalePlan: ScalePlan; startedAt: number; scouts: ScoutPlan }> {
  const run = await store.run(runId);
  if (!run)
    throw new AppError({
      code: 'E_RUN_NOT_FOUND',
      message: `There is no run ${runId} in this workspace.`,
      hint: 'List the runs with: scalable runs.',
    });
  if (!evenIfOver && run.status !== 'running' && run.status !== 'interrupted')
    throw new AppError({
      code: 'E_RUN_OVER',
      message: `The run ${runId} is over: ${run.status}.`,
      hint: 'Start a new run; tasks with “cache: true” reuse what succeeded.',
    });
  const plan = run.plan as Partial<Plan> | null;
  const spec = recordedSpec(run);
  if (!spec || !plan?.scalePlan || isFromCode(run))
    throw new AppError({
      code: 'E_RUN_NOT_RESUMABLE',
      message: `The run ${runId} cannot be resumed: its work came from code that is not recorded.`,
      hint: 'Run your script again.',
    });
  const { scalePlan, tasks = [], policy = spec.objectives.policy, terms } = plan;
  return { spec, scalePlan, startedAt: run.startedAt, scouts: { tasks, policy, ...(terms && { terms }) } };
}

/** The run's instances as they were planned. What telemetry does not page out follows from the manifest. */
async function storedRows(store: TelemetryStore, runId: string): Promise<InstanceRow[]> {
  const stored: InstanceRow[] = [];
  while (true) {
    const { rows, total } = await store.instances({
      runId,
      sort: 'index',
      offset: stored.length,
      limit: PAGE,
    });
    stored.push(...rows);
    if (stored.length >= total || rows.length === 0) return stored;
  }
}

function plannedInstance(row: InstanceRow, spec: DeploymentSpec): PlannedInstance {
  const task = spec.tasks[row.task];
  return {
    id: row.instanceId,
    task: row.task,
    component: row.component,
    index: row.index,
    params: row.params,
    features: row.features ?? row.params,
    // After a failure for want of resources this is what the last attempt had; it is where the next one starts.
    request: row.request,
    source: row.source,
    confidence: null,
    predicted: row.predicted,
    needs: task ? needsOf(task, row.params) : [],
    command: '',
  };
}
