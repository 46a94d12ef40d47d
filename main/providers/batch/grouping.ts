import { canonicalJson } from '../../platform/canonical-json.ts';
import { MIB } from '../../platform/units.ts';
import type { ContainerImage, ResourceRequest, TaskInstance } from '../provider.ts';

/** Instances that can share an array. */
export interface Group {
  readonly tag: string;
  readonly request: ResourceRequest;
  readonly container: ContainerImage | null;
  readonly instances: readonly TaskInstance[];
}

/**
 * Instances by tag, container and rounded request, in order of first appearance.
 * @param most no memory request is rounded up beyond it, in bytes; null: no bound
 */
export function groupInstances(instances: readonly TaskInstance[], most: number | null): Group[] {
  const groups = Map.groupBy(
    instances.map((instance) => ({ instance, request: roundRequest(instance.request, most) })),
    ({ instance, request }) => canonicalJson([instance.tag, request, instance.container]),
  );
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (!first) return [];
    const { tag, container } = first.instance;
    return [{ tag, container, request: first.request, instances: members.map(({ instance }) => instance) }];
  });
}

/**
 * Memory up to steps of about 3 % (4 MiB and more), time to whole minutes, which is what schedulers count in: near
 * requests become equal ones, and an array is one submission.
 */
export function roundRequest(request: ResourceRequest, most: number | null): ResourceRequest {
  const { cpus, memoryBytes, walltimeSeconds } = request;
  return {
    cpus,
    memoryBytes: memoryBytes === null ? null : roundMemory(memoryBytes, most),
    walltimeSeconds: walltimeSeconds === null ? null : Math.ceil(walltimeSeconds / 60) * 60,
  };
}

function roundMemory(bytes: number, most: number | null): number {
  const step = Math.max(4 * MIB, 2 ** Math.floor(Math.log2(Math.max(1, bytes / 32))));
  const rounded = Math.ceil(bytes / step) * step;
  return most !== null && rounded > most ? Math.max(bytes, Math.floor(most / MIB) * MIB) : rounded;
}
