import { dirname, join, resolve } from 'node:path';
import type { DeploymentSpec, TaskSpec } from '../manifest/spec.ts';
import { barrierId, parseBarrier, pick } from '../planning/needs.ts';
import { describeWork, type Resolve, renderText, renderWork, valueText } from '../planning/render.ts';
import { AppError } from '../platform/errors.ts';
import type { RunPaths } from '../platform/paths.ts';
import { MIB } from '../platform/units.ts';
import type { ContainerImage, ResourceRequest, TaskInstance } from '../providers/provider.ts';
import type { PlannedInstance } from '../telemetry/events.ts';

/** Where a run keeps things, and which instances of which task there are. */
export interface RunLayout {
  readonly runId: string;
  readonly spec: DeploymentSpec;
  readonly paths: RunPaths;
  /** Instances of a task, in order. */
  instancesOf(task: string): readonly NeededInstance[];
}

export type NeededInstance = Pick<PlannedInstance, 'id' | 'params'>;

/** Turns planned instances of the manifest's tasks into work for a provider. */
export class TaskInstances {
  readonly #layout: RunLayout;
  readonly #groups = new Map<string, ReadonlyMap<string, readonly NeededInstance[]>>();

  constructor(layout: RunLayout) {
    this.#layout = layout;
  }

  /** @throws AppError when a placeholder names what this run does not have */
  toTask(planned: PlannedInstance, attempt: number, request: ResourceRequest): TaskInstance {
    const { spec } = this.#layout;
    const task = this.#task(planned.task);
    const component = spec.components[task.component];
    if (task.work === null)
      throw new AppError({ code: 'E_NO_WORK', message: `Task ${task.name} has no command to run.` });
    const outputs = this.outputs(planned);
    return {
      id: planned.id,
      task: task.name,
      tag: task.component,
      attempt,
      params: planned.params,
      work: renderWork(task.work, planned.params, this.resolver(planned, request)),
      request,
      env: { ...component?.env, ...task.env, ...outputVariables(outputs) },
      container: containerOf(component?.image ?? null, component?.mounts ?? {}),
      folder: spec.projectFolder,
      createFolders: Object.entries(outputs).map(([name, path]) =>
        task.outputs[name] === 'dir' ? path : dirname(path),
      ),
      outputs: Object.values(outputs),
      reads: this.#reads(planned),
      predictedSeconds: planned.predicted.wallSeconds?.point ?? null,
    };
  }

  /** As a person would type it. Outputs of many instances stay a placeholder: nobody reads 1,000 paths. */
  displayCommand(planned: PlannedInstance): string {
    const { work } = this.#task(planned.task);
    if (work === null) return planned.command;
    const resolveName = this.resolver(planned, planned.request);
    const few: Resolve = (name) => {
      const texts = resolveName(name);
      return Array.isArray(texts) && texts.length > 3 ? `{${name}}` : texts;
    };
    return describeWork(renderWork(work, planned.params, few));
  }

  /** Output name → absolute path. `dir` and `file` lie in the run's storage, anything else is a path template. */
  outputs(planned: Pick<PlannedInstance, 'id' | 'task' | 'params'>): Record<string, string> {
    const { spec, runId } = this.#layout;
    const resolveName = (name: string) => {
      if (name in planned.params) return valueText(planned.params[name] ?? null);
      return name === 'run_id' ? runId : name === 'instance_id' ? planned.id : unknown(name);
    };
    return Object.fromEntries(
      Object.entries(this.#task(planned.task).outputs).map(([name, kind]) => [
        name,
        kind === 'dir' || kind === 'file'
          ? join(this.storage(), planned.id, name)
          : resolve(spec.projectFolder, renderText(kind, resolveName)),
      ]),
    );
  }

  /** Where outputs without a path of their own go: below `default_storage` where that is a folder here. */
  storage(runId = this.#layout.runId): string {
    const { spec, paths } = this.#layout;
    const storage = spec.project.defaultStorage;
    if (storage !== null && !/^[a-z][a-z0-9+.-]*:\/\//i.test(storage))
      return join(resolve(spec.projectFolder, storage), runId);
    return join(dirname(paths.folder), runId, 'work');
  }

  resolver(planned: PlannedInstance, request: ResourceRequest): Resolve {
    const { runId, spec, paths } = this.#layout;
    const own = this.outputs(planned);
    return (name) => {
      if (name in planned.params) return valueText(planned.params[name] ?? null);
      const output = /^(?:(.+)\.)?outputs\.([^.]+)$/.exec(name);
      if (output) {
        const [, task, key = ''] = output;
        return task === undefined ? (own[key] ?? unknown(name)) : this.neededOutputs(planned, task, key);
      }
      switch (name) {
        case 'instance_id':
          return planned.id;
        case 'run_id':
          return runId;
        case 'cpus':
        case 'threads':
          return String(request.cpus);
        case 'memory_mb':
          return request.memoryBytes === null ? '' : String(Math.floor(request.memoryBytes / MIB));
        case 'project_dir':
          return spec.projectFolder;
        case 'work_dir':
          return join(paths.work, planned.id);
        default:
          return unknown(name);
      }
    };
  }

  /** One output of every instance of a needed task, or of the matching ones where the need says so. */
  neededOutputs(planned: Pick<PlannedInstance, 'needs'>, task: string, output: string): string[] {
    return this.neededInstances(planned, task).map(
      (needed) => this.outputs({ ...needed, task })[output] ?? unknown(`${task}.outputs.${output}`),
    );
  }

  neededInstances(planned: Pick<PlannedInstance, 'needs'>, task: string): readonly NeededInstance[] {
    const need = planned.needs.find((id) => parseBarrier(id)?.task === task);
    const barrier = need === undefined ? null : parseBarrier(need);
    if (need === undefined || barrier === null) return unknown(`${task}.outputs`);
    return this.#group(task, Object.keys(barrier.match)).get(barrierId(task, barrier.match)) ?? [];
  }

  /** The instances of all that it needs. */
  #reads(planned: PlannedInstance): string[] {
    const tasks = new Set(planned.needs.flatMap((id) => parseBarrier(id)?.task ?? []));
    return [...tasks].flatMap((task) => this.neededInstances(planned, task).map(({ id }) => id));
  }

  /** One pass over a task's instances for each way of matching, not one for each instance that asks. */
  #group(task: string, names: readonly string[]): ReadonlyMap<string, readonly NeededInstance[]> {
    const way = `${task}\0${names.join('\0')}`;
    let groups = this.#groups.get(way);
    if (!groups) {
      groups = Map.groupBy(this.#layout.instancesOf(task), ({ params }) =>
        barrierId(task, pick(params, names)),
      );
      this.#groups.set(way, groups);
    }
    return groups;
  }

  #task(name: string): TaskSpec {
    const task = this.#layout.spec.tasks[name];
    if (!task) throw new AppError({ code: 'E_UNKNOWN_TASK', message: `The manifest has no task ${name}.` });
    return task;
  }
}

export function containerOf(
  image: string | null,
  mounts: Readonly<Record<string, string>>,
): ContainerImage | null {
  return image === null ? null : { image, mounts };
}

/** Functions get no command line; they find their outputs here: `SCALABLE_OUTPUT_DATABASE`. */
function outputVariables(outputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, path]) => [
      `SCALABLE_OUTPUT_${name.toUpperCase().replace(/\W/g, '_')}`,
      path,
    ]),
  );
}

function unknown(name: string): never {
  throw new AppError({
    code: 'E_UNKNOWN_PLACEHOLDER',
    message: `{${name}} is not a parameter, an output, or a task that is needed.`,
    hint: 'Check the spelling, and list the task under “needs”.',
  });
}
