import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { DeploymentSpec } from '../manifest/spec.ts';
import { adviceTerms } from '../planning/advice-terms.ts';
import type { DependencyGraph } from '../planning/dependency-graph.ts';
import type { Plan } from '../planning/plan.ts';
import type { Clock } from '../platform/clock.ts';
import { AppError, toErrorData } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { runPaths, type WorkspacePaths } from '../platform/paths.ts';
import type { ClusterHandle, DeploymentProvider, ScalePlan } from '../providers/provider.ts';
import type { Sites } from '../providers/site.ts';
import type { TelemetryStore } from '../telemetry/store.ts';
import type { InstanceRow } from '../telemetry/views.ts';
import { RunScaler } from './adaptive/run-scaler.ts';
import { difference } from './adaptive/worker-difference.ts';
import { clearCancelRequest } from './control-file.ts';
import type { EngineOptions } from './engine-options.ts';
import { hereNow } from './here.ts';
import type { Settled } from './live-instance.ts';
import type { Recorder } from './recorder.ts';
import { RunController } from './run-controller.ts';
import { RunEngine } from './run-engine.ts';
import { RunScouts } from './scouts/run-scouts.ts';
import type { StagingProgress } from './staging/stage-project.ts';
import { providerContext } from './work-layout.ts';

/** The part of a workspace that a run needs. */
export interface RunWorkspace {
  readonly root: string;
  readonly paths: WorkspacePaths;
  readonly store: TelemetryStore;
}

export interface RunSetting {
  readonly workspace: RunWorkspace;
  readonly spec: DeploymentSpec;
  readonly provider: DeploymentProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where targets with a `connection:` are reached. */
  readonly sites?: Sites;
  /** Told while a project that the site does not see is copied there. */
  readonly onStaging?: (progress: StagingProgress) => void;
  /** Ends that copying, which the next start takes up; nothing later. */
  readonly stagingSignal?: AbortSignal;
  /** Whether the scaler decides from the beginning; by default where the target says `adaptive:`. */
  readonly adaptive?: boolean;
  /** Whether somebody can let a task go whose scouts raise doubts; by default a warning is all there is. */
  readonly onDoubt?: 'hold' | 'warn';
}

/** Which instances of the plan are scouts, and what an earlier process of this run knew of them. */
export interface ScoutPlan extends Pick<Plan, 'tasks' | 'policy'>, Partial<Pick<Plan, 'terms'>> {
  readonly stored?: readonly InstanceRow[];
}

export interface OpenRun {
  readonly engine: RunEngine;
  readonly controller: RunController;
  readonly recorder: Recorder;
  readonly cluster: ClusterHandle;
  /** Hands out what is ready, then asks for the workers, so that they go to the components that have work. */
  readonly begin: () => Promise<void>;
}

/** Who writes a run: so that another process can tell whether it still lives. */
export function owner(): { pid: number; hostname: string } {
  return { pid: process.pid, hostname: hostname() };
}

/**
 * Builds the cluster and puts engine and handle around it; no instance has begun yet. The caller has recorded the start.
 *
 * @throws AppError of the provider; the run is then recorded as failed
 */
export async function openRun(
  setting: RunSetting,
  run: {
    readonly runId: string;
    readonly startedAt: number;
    readonly scalePlan: ScalePlan;
    readonly graph: DependencyGraph;
    readonly recorder: Recorder;
    readonly toTask: EngineOptions['toTask'];
    readonly lookUp: EngineOptions['lookUp'];
    readonly scouts?: ScoutPlan;
    readonly onSettled?: (settled: Settled) => void;
    /** It had begun in an earlier process: what cannot be taken up now can be later. */
    readonly resumed?: boolean;
  },
): Promise<OpenRun> {
  const { workspace, spec, provider, clock, logger } = setting;
  const { runId, recorder, scalePlan } = run;
  const paths = runPaths(workspace.paths, runId);
  await mkdir(paths.logs, { recursive: true });
  await clearCancelRequest(paths);
  const adaptive = setting.adaptive ?? spec.target.adaptive !== null;
  const cluster = await provider
    .buildCluster(adaptive ? spec : withTotal(spec, scalePlan), providerContext(setting, runId))
    .catch(async (error: unknown) => {
      recorder.record({ type: 'run_failure', runId, at: clock.now(), ...codeOf(error), phase: 'start' });
      const status = run.resumed ? 'interrupted' : 'failed';
      recorder.record({ type: 'run_finished', runId, at: clock.now(), status });
      await recorder.flush();
      throw error;
    });
  const problem = (error: unknown, phase: string) => {
    const { code, message } = toErrorData(error);
    logger.log('error', message, { code, phase, runId });
    recorder.record({ type: 'run_failure', runId, at: clock.now(), code, message, phase });
  };
  const changed = new Set<string>();
  const scouts = new RunScouts({
    runId,
    spec,
    policy: run.scouts?.policy ?? spec.objectives.policy,
    terms: run.scouts?.terms ?? adviceTerms(spec, {}, hereNow(clock)),
    capacity: provider.capacity(spec),
    scouts: Object.fromEntries(
      (run.scouts?.tasks ?? []).flatMap((task) => (task.scouts ? [[task.task, task.scouts]] : [])),
    ),
    onDoubt: setting.onDoubt ?? 'warn',
    graph: run.graph,
    clock,
    recorder,
    engine: () => engine,
    failed: (error) => problem(error, 'scouts'),
    changed: (scoutId) => changed.add(scoutId),
  });
  const engine: RunEngine = new RunEngine({
    runId,
    clock,
    cluster,
    graph: run.graph,
    recorder,
    capacity: provider.capacity(spec),
    walltimeLimitSeconds: spec.target.walltimeSeconds,
    gate: scouts,
    // Whether an earlier result can be used is known when what it is made from is there.
    goesAhead: ({ task }) => run.lookUp === null || spec.tasks[task]?.cache !== true,
    toTask: run.toTask,
    lookUp: run.lookUp,
    onChanged: (instanceId) => changed.add(instanceId),
    onEvent: (event, instance) => {
      scaler.hear(event, instance);
      scouts.hear(event, instance);
    },
    onSettled: (settled) => {
      scouts.settled(settled, engine.instance(settled.instanceId));
      run.onSettled?.(settled);
    },
  });
  const machine = spec.target.provider === 'local' ? provider.capacity(spec) : null;
  const scaler = new RunScaler({
    runId,
    spec,
    scalePlan,
    adaptive,
    startedAt: run.startedAt,
    clock,
    cluster,
    machine,
    recorder,
    instances: () => engine.instances,
    busyCount: (tag) => engine.tally.tagLoad(tag).busy,
    failed: (error) => problem(error, 'scaling'),
    price: (tag) => {
      const request = scalePlan.resources[tag];
      return (request && provider.workerPrice?.(spec, request)) ?? null;
    },
    billed: run.resumed ? await workspace.store.bills(runId) : [],
    budgetReached: (sentence) => {
      problem(budgetReached(sentence, runId), 'budget');
      controller.interrupt().catch((error: unknown) => problem(error, 'budget'));
    },
  });
  recorder.record({
    type: 'scale_decision',
    runId,
    at: clock.now(),
    ...difference({}, scalePlan.workers),
    reasoning: planReason(scalePlan),
    confidence: null,
    predictedCompletionSeconds: null,
    by: 'plan',
  });
  const controller: RunController = new RunController({
    runId,
    store: workspace.store,
    recorder,
    engine,
    cluster,
    machine,
    clock,
    logger,
    paths,
    scaler,
    scouts,
    startedAt: run.startedAt,
    changed,
  });
  const begin = async () => {
    scouts.restore(run.scouts?.stored ?? []);
    await engine.start();
    scouts.begin();
    await scaler.begin();
  };
  return { engine, controller, recorder, cluster, begin };
}

function planReason({ workers, total }: ScalePlan): string {
  const tags = Object.keys(workers).length;
  if (total === undefined || tags < 2) return 'The plan’s number of workers.';
  return `The plan: ${total} ${total === 1 ? 'worker' : 'workers'} at once, shared by ${tags} components as the work comes.`;
}

function budgetReached(sentence: string, runId: string): AppError {
  return new AppError({
    code: 'E_BUDGET_REACHED',
    message: `${sentence} Nothing new was begun; resumed with a larger budget, the run goes on.`,
    hint: `Go on with more money: scalable run --resume ${runId} --budget-usd N`,
  });
}

function codeOf(error: unknown): { code: string; message: string } {
  const { code, message } = toErrorData(error);
  return { code, message };
}

/**
 * The plan's number of workers over all tags, as the provider's ceiling. With one tag the tag's own number is
 * enough, and the manifest's ceiling stays for whoever scales up later.
 */
function withTotal(spec: DeploymentSpec, { workers, total }: ScalePlan): DeploymentSpec {
  if (total === undefined) return spec;
  const limit = spec.target.maxWorkers;
  const maxWorkers = Object.keys(workers).length > 1 ? total : limit === null ? null : Math.max(limit, total);
  return { ...spec, target: { ...spec.target, maxWorkers } };
}
