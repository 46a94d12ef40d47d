import { GIB } from '../../platform/units.ts';

export interface MachineShape {
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** GiB of memory for each vCPU of a kind of machine; families that differ from the rule beside it. */
const GB_PER_CPU: Readonly<Record<string, number>> = {
  standard: 4,
  highmem: 8,
  highcpu: 1,
  'n1-standard': 3.75,
  'n1-highmem': 6.5,
  'n1-highcpu': 0.9,
  'c3-highcpu': 2,
  'c3d-highcpu': 2,
  'c4-standard': 3.75,
  'c4-highmem': 7.75,
  'c4-highcpu': 2,
  'n4-highcpu': 2,
};

/**
 * What a predefined or custom type of Compute Engine's machines holds, by its name: `n2-standard-8`, `e2-highmem-4`,
 * `n2-custom-4-20480`. Null for types whose name does not say.
 */
export function machineShape(type: string): MachineShape | null {
  const custom = /^(?:[a-z0-9]+-)?custom-(\d+)-(\d+)(?:-ext)?$/.exec(type);
  if (custom) return { cpus: Number(custom[1]), memoryBytes: (Number(custom[2]) / 1024) * GIB };
  const match = /^([a-z0-9]+)-(standard|highmem|highcpu)-(\d+)$/.exec(type);
  if (!match) return null;
  const [, family, kind = '', size] = match;
  const each = GB_PER_CPU[`${family}-${kind}`] ?? GB_PER_CPU[kind] ?? 0;
  return { cpus: Number(size), memoryBytes: Number(size) * each * GIB };
}
