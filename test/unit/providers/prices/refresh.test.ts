import { writeFile } from 'node:fs/promises';
import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import { afterEach, expect, test } from 'vitest';
import { loadPrices } from '../../../../main/providers/prices/load-prices.ts';
import { refreshAwsPrices } from '../../../../main/providers/prices/refresh-aws.ts';
import { refreshGcpPrices } from '../../../../main/providers/prices/refresh-gcp.ts';
import { savePrices } from '../../../../main/providers/prices/save-prices.ts';
import { type Catalogue, type PriceServices, servePrices } from '../../../doubles/price-services.ts';
import { tempFolder } from '../../../fixtures/temp-folder.ts';

const NONE: Catalogue = { fargate: {}, instances: [], spot: [], skus: [] };
const open: PriceServices[] = [];
afterEach(() => {
  for (const services of open.splice(0)) services.close();
});

async function serve(catalogue: Partial<Catalogue>): Promise<PriceServices> {
  const services = await servePrices({ ...NONE, ...catalogue });
  open.push(services);
  return services;
}

/** The real SDK against the double. */
function clients({ endpoint }: PriceServices) {
  const config = {
    region: 'eu-central-1',
    endpoint,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' },
  };
  return { pricing: new PricingClient(config), ec2: new EC2Client(config) };
}

test('asks AWS for Fargate and EC2 of one region, page by page', async () => {
  const services = await serve({
    fargate: {
      'EUC1-Fargate-vCPU-Hours:perCPU': '0.0465600000',
      'EUC1-Fargate-GB-Hours': '0.0051100000',
      'EUC1-Fargate-ARM-vCPU-Hours:perCPU': '0.9',
      'EUC1-Fargate-Windows-GB-Hours': '0.9',
      'EUC1-Fargate-EphemeralStorage-GB-Hours': '0.9',
      'EUC1-SpotUsage:Fargate-vCPU-Hours:perCPU': '0.0140000000',
      'EUC1-SpotUsage:Fargate-GB-Hours': '0.0015000000',
    },
    instances: [
      { type: 'm5.large', vcpu: '2', memory: '8 GiB', usd: '0.1150000000' },
      { type: 'x1.32xlarge', vcpu: '128', memory: '1,952 GiB', usd: '18.6740000000' },
      { type: 'odd.one', vcpu: 'NA', memory: '8 GiB', usd: '1' },
    ],
    spot: [
      ['m5.large', '0.0400'],
      ['m5.large', '0.0450'],
      ['m5.large', '0.0420'],
    ],
  });
  const prices = await refreshAwsPrices(clients(services), 'eu-central-1', '2026-11-21');
  expect(prices).toMatchObject({
    pricesFrom: '2026-11-21',
    fargate: { onDemand: { vcpu: 0.04656, memoryGb: 0.00511 }, spot: { vcpu: 0.014, memoryGb: 0.0015 } },
    instances: {
      'm5.large': { vcpu: 2, memoryGb: 8, onDemand: 0.115, spot: 0.045 },
      'x1.32xlarge': { vcpu: 128, memoryGb: 1952, onDemand: 18.674, spot: null },
    },
  });
  expect(Object.keys(prices.instances)).not.toContain('odd.one');
  expect(services.asked.filter((query) => query.startsWith('AmazonECS'))).toHaveLength(4);
  expect(new Set(services.asked.filter((query) => query.startsWith('AmazonEC2')))).toEqual(
    new Set([
      'AmazonEC2 regionCode=eu-central-1 operatingSystem=Linux tenancy=Shared preInstalledSw=NA capacitystatus=Used',
    ]),
  );
});

test('a spot price that AWS does not list stays unknown', async () => {
  const services = await serve({
    fargate: { 'Fargate-vCPU-Hours:perCPU': '0.04', 'Fargate-GB-Hours': '0.004' },
  });
  const { fargate } = await refreshAwsPrices(clients(services), 'us-east-1', '2026-11-21');
  expect(fargate).toEqual({ onDemand: { vcpu: 0.04, memoryGb: 0.004 }, spot: null });
});

test('asks Google for the families of machines in one region, page by page', async () => {
  const services = await serve({
    skus: [
      sku('N2 Instance Core running in Frankfurt', 'OnDemand', 0.04),
      sku('N2 Instance Ram running in Frankfurt', 'OnDemand', 0.005),
      sku('Spot Preemptible N2 Instance Core running in Frankfurt', 'Preemptible', 0.01),
      sku('Spot Preemptible N2 Instance Ram running in Frankfurt', 'Preemptible', 0.001),
      sku('N2D AMD Instance Core running in Frankfurt', 'OnDemand', 1.03),
      sku('N2D AMD Instance Ram running in Frankfurt', 'OnDemand', 0.004),
      sku('N2 Custom Instance Core running in Frankfurt', 'OnDemand', 9),
      sku('N2 Instance Core running in Frankfurt', 'Commit1Yr', 9),
      sku('N2 Instance Core running in Iowa', 'OnDemand', 9, ['us-central1']),
      sku('C3 Instance Core running in Frankfurt', 'OnDemand', 0.05),
    ],
  });
  const auth = { request: ({ url }: { url?: string | URL }) => fetchJson(url) };
  const prices = await refreshGcpPrices(
    { auth: auth as never, apiEndpoint: services.endpoint },
    'europe-west3',
    '2026-11-21',
  );
  expect(prices.families).toEqual({
    n2: { onDemand: { vcpu: 0.04, memoryGb: 0.005 }, spot: { vcpu: 0.01, memoryGb: 0.001 } },
    n2d: { onDemand: { vcpu: 1.03, memoryGb: 0.004 }, spot: null },
  });
  expect(services.asked).toHaveLength(5);
});

test('a region of which a cloud names no price is refused by name', async () => {
  const services = await serve({});
  await expect(refreshAwsPrices(clients(services), 'eu-cental-1', '2026-11-21')).rejects.toMatchObject({
    code: 'E_PRICES_NONE',
    message: expect.stringContaining('eu-cental-1'),
  });
  const auth = { request: ({ url }: { url?: string | URL }) => fetchJson(url) };
  await expect(
    refreshGcpPrices({ auth: auth as never, apiEndpoint: services.endpoint }, 'europe-wst3', '2026-11-21'),
  ).rejects.toMatchObject({ code: 'E_PRICES_NONE', message: expect.stringContaining('europe-wst3') });
});

test('a region’s fresh prices take the place of its old ones and leave the others', async () => {
  const folder = tempFolder('prices');
  const prices = (vcpu: number) => ({
    pricesFrom: '2026-11-21',
    source: 'a test',
    fargate: { onDemand: { vcpu, memoryGb: 1 }, spot: null },
    instances: {},
  });
  for (const [region, vcpu] of [
    ['here', 1],
    ['there', 2],
    ['here', 3],
  ] as const)
    await savePrices(folder, { cloud: 'aws', region, prices: prices(vcpu) }, writeFile);
  const { regions } = (await loadPrices([folder])).aws;
  expect(regions.here?.fargate?.onDemand.vcpu).toBe(3);
  expect(regions.there?.fargate?.onDemand.vcpu).toBe(2);
});

function sku(description: string, usageType: string, usd: number, serviceRegions = ['europe-west3']) {
  const units = String(Math.floor(usd));
  const unitPrice = { currencyCode: 'USD', units, nanos: Math.round((usd - Number(units)) * 1e9) };
  const pricingExpression = { usageUnit: 'h', tieredRates: [{ startUsageAmount: 0, unitPrice }] };
  return {
    description,
    category: { resourceFamily: 'Compute', usageType },
    serviceRegions,
    pricingInfo: [{ pricingExpression }],
  };
}

async function fetchJson(url: string | URL | undefined) {
  const response = await fetch(String(url));
  return { data: await response.json() };
}
