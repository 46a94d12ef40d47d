import { expect, it } from 'vitest';
import { targetProvider } from '../../../main/connections/target-provider.ts';
import { parseManifest } from '../../../main/manifest/load.ts';
import { GIB } from '../../../main/platform/units.ts';
import { siteLimits } from '../../fixtures/site-limits.ts';

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
