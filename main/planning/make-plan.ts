import type { Advisor, Sizing } from '../advisor/advisor.ts';
import type { DeploymentSpec, Objective, Params, ParamValue, Problem, TaskSpec } from '../manifest/spec.ts';
import { breather } from '../platform/breather.ts';
import { instanceId } from '../platform/ids.ts';
import type { Capacity, DeploymentProvider, ResourceRequest } from '../providers/provider.ts';
import type { PlannedInstance } from '../telemetry/events.ts';
import { adviceTerms, type Here } from './advice-terms.ts';
import { cacheNotes } from './cache-notes.ts';
import { expandParams } from './expand.ts';
import { inputPatterns, instanceFeatures, type ReadInputStats } from './inputs.ts';
import { needsOf } from './needs.ts';
import { paramValues, type ReadParamFile } from './param-values.ts';
import type { Plan, PlanOptions, TaskPlan } from './plan.ts';
import { priceNotes } from './price-notes.ts';
import { displayCommand } from './render.ts';
import { extremeRequest } from './request-range.ts';
import { planScale } from './scale-plan.ts';
import { withScouts } from './scout-plan.ts';
import { capacityNotes, capped, manifestRequest, type SizingContext, sizeInstances } from './sizing.ts';
import { type SizedInstance, taskPlan } from './task-plan.ts';
import { unattendedNotes } from './unattended-notes.ts';

export interface PlanInput {
  readonly options: PlanOptions;
  readonly advisor: Advisor;
  readonly provider: DeploymentProvider;
  readonly readParamFile: ReadParamFile;
  readonly inputStats: ReadInputStats;
  readonly here: Here;
  /** How long workers of this target took to start, where that was measured. */
  readonly startupSeconds?: number;
}

/**
 * What a run would ask for and take. Changes nothing, and the same manifest, history, files and terms give the same plan.
 * @throws AppError about parameters and their files (`E_PARAM_…`, `E_ZIP_LENGTHS`, `E_TOO_MANY_INSTANCES`)
 */
export async function makePlan(spec: DeploymentSpec, input: PlanInput): Promise<Plan> {
  const { options, provider } = input;
  const policy = options.policy ?? spec.objectives.policy;
  const capacity = provider.capacity(spec);
  const context: SizingContext = {
    spec,
    advisor: input.advisor,
    policy,
    terms: adviceTerms(spec, options, input.here),
    capacity,
  };

  const instances: PlannedInstance[] = [];
  const tasks: TaskPlan[] = [];
  const notes: { code: string; message: string }[] = [];
  for (const task of Object.values(spec.tasks)) {
    const asked = manifestRequest(spec, task);
    notes.push(...capacityNotes(task, asked, capacity));
    const sized = task.work === null ? [] : await planInstances(task, asked, context, input, notes);
    const { planned, scouts } = withScouts(task, sized, options);
    for (const { instance } of planned) instances.push(instance);
    tasks.push(taskPlan(task, asked, planned, scouts));
  }

  const resources = componentResources(spec, instances, capacity);
  const scale = await planScale({
    spec,
    provider,
    instances,
    resources,
    options,
    policy,
    objective: options.objective ?? writtenObjective(spec),
    ...(input.startupSeconds !== undefined && { startupSeconds: input.startupSeconds }),
  });
  return {
    project: spec.project.name,
    target: spec.target.name,
    provider: provider.name,
    manifestLock: spec.lock,
    objective: options.objective ?? spec.objectives.objective,
    policy,
    bounds: {
      budgetUsd: options.budgetUsd ?? spec.objectives.budgetUsd,
      deadlineHours: options.deadlineHours ?? spec.objectives.deadlineHours,
    },
    sizing: options.sizing ?? 'auto',
    terms: context.terms,
    tasks,
    instances,
    scalePlan: scale.scalePlan,
    cost: scale.cost,
    timeSeconds: scale.timeSeconds,
    front: scale.front,
    frontEvidence: scale.frontEvidence,
    notes: [
      ...provider.validate(spec).warnings.map(warningNote),
      ...notes,
      ...cacheNotes(spec),
      ...unattendedNotes(spec, { instances: instances.length, scalePlan: scale.scalePlan }),
      ...scale.notes,
      ...priceNotes(spec, provider, { resources, now: input.here.now }),
    ],
  };
}

async function planInstances(
  task: TaskSpec,
  asked: ResourceRequest,
  context: SizingContext,
  { readParamFile, inputStats }: PlanInput,
  notes: { code: string; message: string }[],
): Promise<SizedInstance[]> {
  const values: Record<string, readonly ParamValue[]> = {};
  for (const [name, sources] of Object.entries(task.params))
    values[name] = await paramValues(sources, readParamFile);
  const sets = expandParams(task, values);

  const breathe = breather();
  const features: Params[] = [];
  let withoutFiles = 0;
  for (const params of sets) {
    const stats = await Promise.all(inputPatterns(task, params).map(inputStats));
    if (stats.some(({ count }) => count === 0)) withoutFiles++;
    features.push(instanceFeatures(task, params, stats));
    await breathe();
  }
  if (withoutFiles > 0)
    notes.push({
      code: 'W_INPUTS_MISSING',
      message: `${withoutFiles} of ${sets.length} instances of ${task.name} have an input pattern that matches no file.`,
    });

  const sizings = await sizeInstances(task, features, context);
  const planned: SizedInstance[] = [];
  for (const [index, params] of sets.entries()) {
    const sizing = sizings[index] as Sizing;
    planned.push({
      sizing,
      instance: {
        id: instanceId(task.name, index),
        task: task.name,
        component: task.component,
        index,
        params,
        features: features[index] ?? params,
        request: sizing.request,
        source: sizing.method,
        confidence: sizing.confidence,
        predicted: sizing.predicted,
        manifestRequest: asked,
        ...(sizing.ladder && { ladder: sizing.ladder }),
        needs: needsOf(task, params),
        command: displayCommand(task, params),
      },
    });
    await breathe();
  }
  return planned;
}

/** The largest request of each component that has tasks; of all of them where the caller's own code brings the work. */
function componentResources(
  spec: DeploymentSpec,
  instances: readonly PlannedInstance[],
  capacity: Capacity | null,
): Record<string, ResourceRequest> {
  const used = new Set(Object.values(spec.tasks).map((task) => task.component));
  const names = instances.length > 0 && used.size > 0 ? [...used] : Object.keys(spec.components);
  const resources: Record<string, ResourceRequest> = {};
  for (const name of names) {
    const component = spec.components[name];
    if (!component) continue;
    resources[name] = capped(
      {
        cpus: component.cpus,
        memoryBytes: component.memoryBytes,
        walltimeSeconds: spec.target.walltimeSeconds,
      },
      capacity,
    );
  }
  const largest = new Map<string, ResourceRequest>();
  for (const { component, request } of instances)
    largest.set(component, extremeRequest(largest.get(component) ?? request, request, Math.max));
  return { ...resources, ...Object.fromEntries(largest) };
}

/** What the provider has to say about the target, which no place in a file says here. */
function warningNote({ code, path, message, hint }: Problem): Plan['notes'][number] {
  return { code, message: `${path}: ${message}.${hint === null ? '' : ` ${hint}`}` };
}

/** The objective somebody wrote into the manifest; null for the default, which must not change fixed worker counts. */
function writtenObjective(spec: DeploymentSpec): Objective | null {
  const written = spec.resolved.objectives;
  return typeof written === 'object' && written !== null ? spec.objectives.objective : null;
}
