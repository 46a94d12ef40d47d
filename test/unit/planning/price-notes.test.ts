import { expect, it } from 'vitest';
import { parseManifest } from '../../../main/manifest/load.ts';
import { priceNotes } from '../../../main/planning/price-notes.ts';
import { resourcePath } from '../../../main/platform/resources.ts';
import { awsProvider } from '../../../main/providers/aws/aws-provider.ts';
import { gcpProvider } from '../../../main/providers/gcp/gcp-provider.ts';
import { localProvider } from '../../../main/providers/local/local-provider.ts';
import { loadPrices } from '../../../main/providers/prices/load-prices.ts';

const prices = await loadPrices([resourcePath('prices')]);
const resources = { model: { cpus: 1, memoryBytes: 2 ** 31, walltimeSeconds: null } };
/** When the tables that come with the app were young. */
const now = Date.parse('2026-03-31T00:00:00Z');

function notesOf(
  target: string,
  provider = awsProvider(prices),
  at = now,
): [code: string, message: string][] {
  const { spec, report } = parseManifest(
    `version: 1
project: { name: p }
targets: { there: { provider: ${provider.name}, ${target} } }
components: { model: { cpus: 1, memory: 2G } }
tasks: { t: { component: model, command: "true" } }
`,
    { projectFolder: '/p', target: 'there' },
  );
  if (!spec) throw new Error(JSON.stringify(report.errors));
  return priceNotes(spec, provider, { resources, now: at }).map(({ code, message }) => [code, message]);
}

it('says nothing where the price is known and young, or time is not sold', () => {
  expect(notesOf('region: us-east-1')).toEqual([]);
  expect(notesOf('region: us-central1', gcpProvider(prices))).toEqual([]);
  expect(notesOf('max_workers: 2', localProvider)).toEqual([]);
});

it('never takes the price of another region, and says how to ask for the right one', () => {
  const [[code, message] = ['', '']] = notesOf('region: eu-central-1');
  expect(code).toBe('W_NO_PRICES');
  expect(message).toContain('No price is known in eu-central-1 for model');
  expect(message).toContain('no budget limits it');
  expect(message).toContain('scalable prices refresh aws --region eu-central-1');
  expect(notesOf('region: europe-west4', gcpProvider(prices))[0]?.[1]).toContain(
    'scalable prices refresh gcp --region europe-west4',
  );
  expect(notesOf('cluster_type: ec2, cluster: c, region: us-east-1')[0]?.[0]).toBe('W_NO_PRICES');
});

it('says that the ordinary price stands for one of spare capacity that is not known', () => {
  expect(notesOf('region: us-east-1, spot: true').map(([code]) => code)).toEqual(['W_SPOT_PRICE']);
});

it('flags prices that are older than 90 days', () => {
  const [[code, message] = ['', '']] = notesOf('region: us-east-1', undefined, now + 91 * 86_400_000);
  expect(code).toBe('W_PRICES_OLD');
  expect(message).toContain('2026-03-31');
});
