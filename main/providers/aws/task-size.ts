import { describeMemory, MIB } from '../../platform/units.ts';
import type { ResourceRequest } from '../provider.ts';
import type { AwsOptions } from './aws-options.ts';
import { type FargateSize, fargateSize, LARGEST_FARGATE } from './fargate-sizes.ts';

/** For the courier, beside what the work asks for; on Fargate it finds room in what a size has left. */
const COURIER_MIB = 64;
const DEFAULT_MIB = 512;

/** What one task on Fargate holds at most. */
export const LARGEST_TASK = {
  cpus: LARGEST_FARGATE.cpu / 1024,
  memoryBytes: LARGEST_FARGATE.memoryMiB * MIB,
} as const;

/** The size of a task that holds a request; null where Fargate has none. EC2 takes any. */
export function taskSize(
  clusterType: AwsOptions['clusterType'],
  { cpus, memoryBytes }: Pick<ResourceRequest, 'cpus' | 'memoryBytes'>,
): FargateSize | null {
  if (clusterType === 'fargate') return fargateSize(cpus, memoryBytes);
  const memoryMiB = memoryBytes === null ? DEFAULT_MIB : Math.ceil(memoryBytes / MIB);
  return { cpu: cpus * 1024, memoryMiB: memoryMiB + COURIER_MIB };
}

/** A request in words. */
export function wants({ cpus, memoryBytes }: Pick<ResourceRequest, 'cpus' | 'memoryBytes'>): string {
  return `${cpus} CPUs${memoryBytes === null ? '' : ` with ${describeMemory(memoryBytes)}`}`;
}
