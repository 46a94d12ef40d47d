import type { DeploymentSpec } from '../manifest/spec.ts';
import type { PlannedInstance } from '../telemetry/events.ts';

/** How often an instance may be tried again for want of resources. */
export function retriesOf(spec: DeploymentSpec, { task }: Pick<PlannedInstance, 'task'>): number {
  return spec.tasks[task]?.retries ?? 0;
}

export function byTask<T extends Pick<PlannedInstance, 'task'>>(
  instances: readonly T[],
): (task: string) => readonly T[] {
  const groups = Map.groupBy(instances, ({ task }) => task);
  return (task) => groups.get(task) ?? [];
}
