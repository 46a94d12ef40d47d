import { stringify } from 'yaml';
import { DependencyGraph } from '../planning/dependency-graph.ts';
import type { Plan } from '../planning/plan.ts';
import { breather } from '../platform/breather.ts';
import { newRunId } from '../platform/ids.ts';
import type { PlannedInstance } from '../telemetry/events.ts';
import { openRun, owner, type RunSetting } from './open-run.ts';
import { Recorder } from './recorder.ts';
import { resultCache } from './result-cache.ts';
import type { RunHandle } from './run-handle.ts';
import { byTask, retriesOf } from './run-instances.ts';
import { TaskInstances } from './task-instances.ts';
import { wishedSpec } from './wished-spec.ts';
import { providerContext, readyLayout } from './work-layout.ts';

export { resumeRun } from './resume-run.ts';

/** Instances per telemetry event. */
const CHUNK = 500;

export interface StartRunOptions extends RunSetting {
  readonly plan: Plan;
  readonly manifestPath?: string | null;
}

/**
 * Runs a plan exactly as it was made. Resolves when the run is on disk and its work has begun.
 * @throws AppError of the provider, before any work is started; the run is then recorded as failed
 */
export async function startRun(options: StartRunOptions): Promise<RunHandle> {
  const { workspace, plan, clock, logger } = options;
  const spec = wishedSpec(options.spec, plan);
  const runId = newRunId(spec.project.name, clock.now());
  const layout = await readyLayout(options, providerContext(options, runId));
  // What is copied before is no part of the run: it would count as time in which nobody worked.
  const startedAt = clock.now();
  const recorder = new Recorder(workspace.store, logger);
  const tasks = new TaskInstances({
    runId,
    spec: layout.spec,
    paths: layout.paths,
    instancesOf: byTask(plan.instances),
  });
  recorder.record(runStarted({ ...options, spec }, runId, startedAt));
  const instances = await addInstances(plan.instances, tasks, (chunk) =>
    recorder.record({ type: 'instances_added', runId, at: startedAt, instances: chunk }),
  );
  await recorder.flush();

  const { engine, controller, begin } = await openRun(
    { ...options, spec },
    {
      runId,
      startedAt,
      scalePlan: plan.scalePlan,
      graph: await DependencyGraph.of(instances),
      recorder,
      toTask: (planned, attempt, request) => tasks.toTask(planned, attempt, request),
      scouts: plan,
      lookUp: layout.elsewhere
        ? null
        : resultCache({ spec, tasks, runId, recorder, store: workspace.store, clock }),
    },
  );
  for (const planned of instances) engine.add(planned, retriesOf(spec, planned));
  await begin();
  engine.seal();
  return controller;
}

/** The head of a run's record. The spec is in it, so that a resume needs no file that may have changed. */
export function runStarted(
  { spec, plan, manifestPath }: Pick<StartRunOptions, 'spec' | 'plan' | 'manifestPath'>,
  runId: string,
  at: number,
) {
  const { instances: _stored, ...rest } = plan;
  return {
    type: 'run_started' as const,
    runId,
    at,
    project: spec.project.name,
    target: spec.target.name,
    provider: plan.provider,
    manifestLock: spec.lock,
    manifestPath: manifestPath ?? null,
    manifestText: stringify(spec.resolved),
    plan: { ...rest, spec },
    ...owner(),
  };
}

/** The instances with the commands this run will use, recorded in chunks. */
async function addInstances(
  planned: readonly PlannedInstance[],
  tasks: TaskInstances,
  record: (chunk: readonly PlannedInstance[]) => void,
): Promise<PlannedInstance[]> {
  const breathe = breather();
  const all: PlannedInstance[] = [];
  for (let from = 0; from < planned.length; from += CHUNK) {
    const chunk = planned.slice(from, from + CHUNK).map((instance) => withCommand(instance, tasks));
    record(chunk);
    all.push(...chunk);
    await breathe();
  }
  return all;
}

/** What stands in the record is what a person would type for this run; the outputs of 1,000 instances are not. */
function withCommand(instance: PlannedInstance, tasks: TaskInstances): PlannedInstance {
  if (!instance.command.includes('{')) return instance;
  return { ...instance, command: tasks.displayCommand(instance) };
}
