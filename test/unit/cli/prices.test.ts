import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type PriceServices, servePrices } from '../../doubles/price-services.ts';
import { cli } from './fake-io.ts';

let services: PriceServices;
let where: { cwd: string; env: Record<string, string> };
beforeAll(async () => {
  services = await servePrices({
    fargate: { 'EUC1-Fargate-vCPU-Hours:perCPU': '0.0466', 'EUC1-Fargate-GB-Hours': '0.0051' },
    instances: [{ type: 'm5.large', vcpu: '2', memory: '8 GiB', usd: '0.115' }],
    spot: [],
    skus: [],
  });
  const cwd = await mkdtemp(join(tmpdir(), 'prices-'));
  where = { cwd, env: { HOME: cwd, XDG_CONFIG_HOME: cwd } };
  // The SDK finds its credentials in the environment of the process by itself.
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-a-secret');
  vi.stubEnv('AWS_ENDPOINT_URL', services.endpoint);
});
afterAll(() => {
  services.close();
  vi.unstubAllEnvs();
  rmSync(where.cwd, { recursive: true, force: true });
});

test('prices that were asked for are known from then on, beside those that came with the app', async () => {
  const { code, stdout } = await cli(where, 'prices', 'refresh', 'aws', '--region', 'eu-central-1');
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining('The prices of eu-central-1 are those of today'),
  ]);
  const list = await cli(where, 'prices', 'list', '--format', 'json');
  const { prices } = list.json<{ prices: { region: string }[] }>();
  const known = {
    cloud: 'aws',
    region: 'eu-central-1',
    knows: 'Fargate, 1 kinds of EC2 instances',
    old: false,
  };
  expect(prices).toContainEqual(expect.objectContaining(known));
  expect(prices.map(({ region }) => region)).toEqual(expect.arrayContaining(['us-east-1', 'us-central1']));
});

test('a cloud that has no prices is wrong usage', async () => {
  expect(await cli(where, 'prices', 'refresh', 'azure')).toMatchObject({ code: 2 });
});

test('a cloud that cannot be reached is said in a sentence, with exit code 3', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
  const { code, stderr } = await cli(where, 'prices', 'refresh', 'aws', '--region', 'eu-central-1');
  expect([code, stderr]).toEqual([3, expect.stringContaining('AWS cannot be reached')]);
});
