import { expect, test } from 'vitest';
import { workerTime } from '../../../main/planning/worker-time.ts';

const GIB = 2 ** 30;
const instance = (component: string, memoryBytes: number) => ({
  component,
  request: { cpus: 1, memoryBytes, walltimeSeconds: null },
});

test('short instances share a worker, long ones have one each, and every worker is paid while it starts', () => {
  const instances = [...Array(30).fill(instance('short', GIB)), ...Array(3).fill(instance('long', GIB))];
  const seconds = instances.map(({ component }) => (component === 'short' ? 30 : 1000));
  expect(workerTime(instances, seconds, 40)).toEqual([
    { ...instance('short', GIB), seconds: 900 + 3 * 40, workers: 3 },
    { ...instance('long', GIB), seconds: 3000 + 3 * 40, workers: 3 },
  ]);
});

test('instances that ask for different memory are paid for apart', () => {
  const time = workerTime([instance('model', GIB), instance('model', 2 * GIB)], [10, 20], 0);
  expect(time.map(({ request, seconds, workers }) => [request.memoryBytes, seconds, workers])).toEqual([
    [GIB, 10, 1],
    [2 * GIB, 20, 1],
  ]);
});
