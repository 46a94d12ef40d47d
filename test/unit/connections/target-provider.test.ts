import { expect, it } from 'vitest';
import { targetProvider } from '../../../main/connections/target-provider.ts';
import { parseManifest } from '../../../main/manifest/load.ts';
import { AppError } from '../../../main/platform/errors.ts';
import { resourcePath } from '../../../main/platform/resources.ts';
import { GIB } from '../../../main/platform/units.ts';
import { loadPrices } from '../../../main/providers/prices/load-prices.ts';
import { siteLimits } from '../../fixtures/site-limits.ts';

const NOBODY = { accessKeyId: 'nobody', secretAccessKey: 'none' };
const { spec, place } = parseManifest(
  `version: 1
project: { name: p }
targets: { hpc: { provider: slurm, connection: site, queue: batch } }
components: { model: { cpus: 4, memory: 512G } }
tasks: { t: { component: model, command: "true" } }
`,
  { projectFolder: '/p', target: 'hpc' },
);

const limits = siteLimits({
  accounts: [],
  partitions: [
    {
      name: 'batch',
      isDefault: true,
      available: true,
      maxSeconds: null,
      nodes: [{ count: 3, cpus: 16, memoryBytes: 32 * GIB }],
    },
  ],
});

it('knows the price where the cloud’s own settings on this computer lead, as the run will', async () => {
  const aws = parseManifest(
    `version: 1
project: { name: p }
targets: { cloud: { provider: aws } }
components: { model: { cpus: 1, memory: 2G } }
tasks: { t: { component: model, command: "true" } }
`,
    { projectFolder: '/p', target: 'cloud' },
  ).spec;
  if (!aws) throw new Error('The manifest is valid.');
  const request = { cpus: 1, memoryBytes: 2 * GIB, walltimeSeconds: null };
  const prices = () => loadPrices([resourcePath('prices')]);
  const access = { label: '', region: 'us-east-1', endpointUrl: null, credentials: NOBODY };
  const known = await targetProvider(aws, { prices, aws: async () => access });
  expect(known.workerPrice?.(aws, request)?.label).toBe('Fargate, 1 vCPU with 2 GB, us-east-1');
  const noRegion = () => Promise.reject(new AppError({ code: 'E_CLOUD_REGION', message: 'Nothing says' }));
  const unknown = await targetProvider(aws, { prices, aws: noRegion });
  expect(unknown.workerPrice?.(aws, request)).toBeNull();
  const broken = targetProvider(aws, { prices, aws: () => Promise.reject(new TypeError('a slip')) });
  await expect(broken).rejects.toThrow('a slip');
});

it('refuses what no node of the site has, and names what it has; without a set-up nothing is refused', async () => {
  if (!spec) throw new Error('The manifest is valid.');
  const known = await targetProvider(spec, { limits: async (name) => (name === 'site' ? limits : null) });
  expect(known.validate(spec).errors).toMatchObject([
    { code: 'E_REQUEST_TOO_LARGE', hint: expect.stringContaining('3 × 16 CPUs') },
  ]);
  expect(known.validate(spec).errors.map(place)).toMatchObject([
    { path: 'components.model', line: 4, column: 15, endColumn: 20 }, // `model`, to be underlined
  ]);
  expect((await targetProvider(spec, {})).validate(spec).ok).toBe(true);
  expect((await targetProvider(spec, undefined)).validate(spec).ok).toBe(true);
});
