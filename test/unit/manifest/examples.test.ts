import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadManifest, parseManifest } from '../../../main/manifest/load.ts';
import { specOf } from './support.ts';

const fixture = (name: string) => new URL(`../../fixtures/manifests/${name}.yaml`, import.meta.url).pathname;

const EXAMPLES: [file: string, target: string, provider: string][] = [
  ['minimal', 'local', 'local'],
  ['two-models', 'local', 'local'],
  ['two-models', 'hpc', 'slurm'],
  ['aws', 'aws', 'aws'],
  ['kubernetes', 'gke', 'kubernetes'],
  ['overlays', 'local', 'local'],
  ['overlays', 'hpc', 'slurm'],
  ['overlays', 'cloud', 'aws'],
];

test.each(EXAMPLES)(
  'the example %s of the reference package loads for target %s without a word',
  async (file, target, provider) => {
    const loaded = await loadManifest({ path: fixture(file), target, env: {} });
    expect(loaded.report).toEqual({ ok: true, errors: [], warnings: [] });
    expect(loaded.spec?.target.provider).toBe(provider);
  },
);

test('overlays resize components for the targets that select them, and only for those', async () => {
  const cpus = async (target: string) => {
    const spec = specOf(await loadManifest({ path: fixture('overlays'), target, env: {} }));
    return [spec.components.model?.cpus, spec.components.report?.memoryBytes];
  };
  expect(await cpus('local')).toEqual([2, 2 * 2 ** 30]);
  expect(await cpus('hpc')).toEqual([16, 32 * 2 ** 30]);
  expect(await cpus('cloud')).toEqual([8, 16 * 2 ** 30]);
});

test('an overlay may change the target that selects it', async () => {
  const text = (await readFile(fixture('kubernetes'), 'utf8')).replace('overlay: large', 'overlay: small');
  const { target } = specOf(parseManifest(text, { projectFolder: '/', target: 'gke' }));
  expect(target.adaptive).toEqual({ minimum: 1, maximum: 4 });
  expect(target.options.namespace).toBe('tests');
});

test('the bundled sample loads without a word', async () => {
  const path = new URL('../../../resources/samples/energy/scalable.yaml', import.meta.url).pathname;
  const loaded = await loadManifest({ path, env: {} });
  expect(loaded.report).toEqual({ ok: true, errors: [], warnings: [] });
  expect(loaded.targets).toEqual([{ name: 'local', provider: 'local' }]);
});

test('the outline names targets, components, tasks and overlays with their lines', async () => {
  const { outline } = await loadManifest({ path: fixture('overlays'), env: {} });
  expect(outline.map(({ kind, name, detail, line }) => `${line} ${kind} ${name}: ${detail}`)).toEqual([
    '5 target local: local',
    '8 target hpc: slurm',
    '14 target cloud: aws',
    '21 component model: 2 CPU · 4G',
    '24 component report: 1 CPU · 2G',
    '28 task model: model',
    '30 task report: report',
    '33 overlay hpc-large: components',
    '41 overlay cloud-medium: components',
    '49 overlay unused: components',
  ]);
});
