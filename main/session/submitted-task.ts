import type { DeploymentSpec } from '../manifest/spec.ts';
import { AppError } from '../platform/errors.ts';
import type { ResourceRequest, TaskInstance, Work } from '../providers/provider.ts';
import type { PlannedInstance } from '../telemetry/events.ts';
import { containerOf } from './task-instances.ts';

/** A submitted instance as work for the provider. */
export function submittedTask(
  spec: DeploymentSpec,
  works: ReadonlyMap<string, Work>,
  planned: PlannedInstance,
  attempt: number,
  request: ResourceRequest,
): TaskInstance {
  const component = spec.components[planned.component];
  const work = works.get(planned.id);
  if (!work) throw new AppError({ code: 'E_NO_WORK', message: `${planned.id} has no work any more.` });
  return {
    id: planned.id,
    task: planned.task,
    tag: planned.component,
    attempt,
    params: planned.params,
    work,
    request,
    env: component?.env ?? {},
    container: containerOf(component?.image ?? null, component?.mounts ?? {}),
    folder: spec.projectFolder,
    createFolders: [],
    predictedSeconds: planned.predicted.wallSeconds?.point ?? null,
  };
}
