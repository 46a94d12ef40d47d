import { expect, test } from 'vitest';
import { GIB } from '../../../../main/platform/units.ts';
import { estimateCost } from '../../../../main/providers/prices/cost-estimate.ts';
import type { ResourceRequest } from '../../../../main/providers/provider.ts';

const request = (memoryGb: number | null): ResourceRequest => ({
  cpus: 2,
  memoryBytes: memoryGb === null ? null : memoryGb * GIB,
  walltimeSeconds: null,
});
const price = (usdPerHour: number) => ({ usdPerHour, leastSeconds: 0, label: 'x', pricesFrom: '2026-11-21' });
const ofMemory = ({ memoryBytes }: ResourceRequest) => price(1 + (0.01 * (memoryBytes ?? 0)) / GIB);

test('an estimate tells what memory costs apart from CPUs, by component and weighed by time', () => {
  const time = [
    { component: 'model', request: request(8), seconds: 3600, workers: 1 },
    { component: 'merge', request: request(4), seconds: 3600, workers: 1 },
    { component: 'merge', request: request(16), seconds: 7200, workers: 1 },
  ];
  const rates = estimateCost(time, ofMemory, false)?.memoryRates;
  expect(rates).toEqual({ model: expect.closeTo(0.01, 9), merge: expect.closeTo(0.01, 9) });
});

test('what is sold in steps costs what the steps cost from half of a request to twice as much', () => {
  const inSteps = ({ memoryBytes }: ResourceRequest) => price(Math.ceil((memoryBytes ?? 0) / (8 * GIB)));
  const time = [{ component: 'model', request: request(8), seconds: 60, workers: 1 }];
  // Of 4 and of 8 GiB one step is paid, of 16 two: a dollar for 12 GiB.
  expect(estimateCost(time, inSteps, false)?.memoryRates?.model).toBeCloseTo(1 / 12);
});

test('no rate is told where no memory was asked for, or other sizes have no price', () => {
  const none = [{ component: 'model', request: request(null), seconds: 60, workers: 1 }];
  expect(estimateCost(none, ofMemory, false)).not.toHaveProperty('memoryRates');
  const time = [{ component: 'model', request: request(8), seconds: 60, workers: 1 }];
  const onlyThis = (one: ResourceRequest) => (one.memoryBytes === 8 * GIB ? price(1) : null);
  expect(estimateCost(time, onlyThis, false)).not.toHaveProperty('memoryRates');
});
