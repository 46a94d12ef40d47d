import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resourcePath } from '../../../../main/platform/resources.ts';
import { ec2Price, fargatePrice } from '../../../../main/providers/prices/aws-prices.ts';
import { estimateCost } from '../../../../main/providers/prices/cost-estimate.ts';
import { gcpPrice } from '../../../../main/providers/prices/gcp-prices.ts';
import { loadPrices } from '../../../../main/providers/prices/load-prices.ts';
import type { AwsPrices } from '../../../../main/providers/prices/price-table.ts';
import { isStale } from '../../../../main/providers/prices/stale.ts';
import { tempFolder } from '../../../fixtures/temp-folder.ts';

const region = {
  pricesFrom: '2026-11-01',
  source: 'a test',
  fargate: { onDemand: { vcpu: 0.04, memoryGb: 0.004 }, spot: { vcpu: 0.012, memoryGb: 0.001 } },
  instances: { 'm5.large': { vcpu: 2, memoryGb: 8, onDemand: 0.096, spot: null } },
};
const aws: AwsPrices = { regions: { here: region } };
const shape = { vcpu: 2, memoryGb: 8, region: 'here' };

test('a Fargate task costs its vCPUs and its memory', () => {
  expect(fargatePrice(aws, { ...shape, spot: false })?.usdPerHour).toBeCloseTo(2 * 0.04 + 8 * 0.004);
  expect(fargatePrice(aws, { ...shape, spot: true })).toEqual({
    usdPerHour: expect.closeTo(2 * 0.012 + 8 * 0.001),
    atMost: false,
    pricesFrom: '2026-11-01',
  });
});

test('where no spot price is known the on-demand one stands in, as the most it can be', () => {
  expect(ec2Price(aws, { instanceType: 'm5.large', region: 'here', spot: true })).toMatchObject({
    usdPerHour: 0.096,
    atMost: true,
  });
});

test('a region, an instance or a family that no table has has no price', () => {
  expect(fargatePrice(aws, { ...shape, region: 'elsewhere', spot: false })).toBeNull();
  expect(ec2Price(aws, { instanceType: 'x1.huge', region: 'here', spot: false })).toBeNull();
  const share = { vcpu: 1, memoryGb: 1, region: 'here', spot: false };
  expect(gcpPrice({ regions: {} }, { ...share, machineType: null })).toBeNull();
});

test('the tables that come with the app are tables, and price what they name', async () => {
  const prices = await loadPrices([resourcePath('prices')]);
  expect(
    fargatePrice(prices.aws, { ...shape, region: 'us-east-1', spot: false })?.usdPerHour,
  ).toBeGreaterThan(0);
  const share = { vcpu: 2, memoryGb: 8, region: 'us-central1', spot: false };
  const e2 = gcpPrice(prices.gcp, { ...share, machineType: null });
  const n2 = gcpPrice(prices.gcp, { ...share, machineType: 'n2-standard-2' });
  expect(e2?.usdPerHour).toBeLessThan(n2?.usdPerHour ?? 0);
});

test('of two tables the younger prices of a region count', async () => {
  const [older, younger] = await Promise.all([folder('2026-01-01', 1), folder('2026-02-02', 2)]);
  for (const folders of [
    [older, younger],
    [younger, older],
  ]) {
    const prices = await loadPrices([...folders, '/nowhere']);
    expect(prices.aws.regions.here?.fargate?.onDemand.vcpu).toBe(2);
  }
});

test.each([
  ['cut off', '{"regions": {'],
  ['free of charge', JSON.stringify({ regions: { here: { ...region, fargate: rates(0) } } })],
  ['negative', JSON.stringify({ regions: { here: { ...region, fargate: rates(-1) } } })],
])('a table that is %s is refused by name', async (_what, text) => {
  const broken = tempFolder('prices');
  await writeFile(join(broken, 'aws.json'), text);
  await expect(loadPrices([broken])).rejects.toMatchObject({
    code: 'E_PRICES_UNREADABLE',
    message: expect.stringContaining(join(broken, 'aws.json')),
    cause: expect.anything(),
  });
});

test('prices are old after 90 days', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(isStale('2026-08-24', now)).toBe(false);
  expect(isStale('2026-08-22', now)).toBe(true);
});

test('an estimate has an item per component, pays the least time of every worker, and names the other capacity', () => {
  const request = (cpus: number) => ({ cpus, memoryBytes: 8 * 2 ** 30, walltimeSeconds: null });
  const time = [
    { component: 'model', request: request(2), seconds: 7200, workers: 4 },
    { component: 'model', request: request(4), seconds: 10, workers: 10 },
    { component: 'merge', request: request(1), seconds: 3600, workers: 1 },
  ];
  const estimate = estimateCost(
    time,
    ({ cpus }, spot) => ({
      usdPerHour: cpus * (spot ? 0.3 : 1),
      leastSeconds: 60,
      label: `${cpus} vCPU`,
      pricesFrom: cpus === 4 ? '2026-01-01' : '2026-02-02',
    }),
    true,
  );
  expect(estimate?.items.map(({ usd }) => usd)).toEqual([1.2, expect.closeTo((600 / 3600) * 1.2), 0.3]);
  expect(estimate?.usd).toBeCloseTo(1.7);
  expect(estimate?.pricesFrom).toBe('2026-01-01');
  expect(estimate?.alternative).toEqual({ label: 'on demand', usd: expect.closeTo(1.7 / 0.3) });
});

test('an estimate names no other capacity where the ordinary price stands for that of spare one', () => {
  const request = { cpus: 1, memoryBytes: null, walltimeSeconds: null };
  const time = [{ component: 'model', request, seconds: 3600, workers: 1 }];
  const price = (_request: unknown, spot: boolean) => ({
    usdPerHour: 1,
    leastSeconds: 0,
    label: 'a machine',
    pricesFrom: '2026-11-01',
    atMost: spot,
  });
  for (const spot of [true, false]) expect(estimateCost(time, price, spot)?.alternative).toBeUndefined();
});

test('an estimate of which a part has no price is none', () => {
  const request = { cpus: 1, memoryBytes: null, walltimeSeconds: null };
  const time = [{ component: 'model', request, seconds: 1, workers: 1 }];
  expect(estimateCost(time, () => null, false)).toBeNull();
});

function rates(vcpu: number) {
  return { onDemand: { vcpu, memoryGb: 1 }, spot: null };
}

async function folder(pricesFrom: string, vcpu: number): Promise<string> {
  const path = tempFolder('prices');
  const table = { regions: { here: { ...region, pricesFrom, fargate: rates(vcpu) } } };
  await writeFile(join(path, 'aws.json'), JSON.stringify(table));
  return path;
}
