import { expect, it } from 'vitest';
import { machineShape } from '../../../../main/providers/gcp/machine-types.ts';

const GIB = 1024 ** 3;

it.each([
  ['n2-standard-8', 8, 32],
  ['e2-highmem-4', 4, 32],
  ['n1-highcpu-16', 16, 14.4],
  ['n1-standard-4', 4, 15],
  ['c3-highcpu-22', 22, 44],
  ['n2-custom-4-20480', 4, 20],
  ['custom-2-8192', 2, 8],
])('a machine of type %s has %i vCPUs and %d GB', (type, cpus, memory) => {
  const shape = machineShape(type);
  expect(shape?.cpus).toBe(cpus);
  expect((shape?.memoryBytes ?? 0) / GIB).toBeCloseTo(memory);
});

it.each(['e2-micro', 'a2-megagpu-16g', 'n2-standard', ''])(
  'the name %j does not say what is in it',
  (type) => {
    expect(machineShape(type)).toBeNull();
  },
);
