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

test('the bundled sample loads', async () => {
  const path = new URL('../../../resources/samples/energy/scalable.yaml', import.meta.url).pathname;
  const loaded = await loadManifest({ path, env: {} });
  expect(loaded.report).toEqual({ ok: true, errors: [], warnings: [] });
  expect(loaded.outline.map((entry) => `${entry.kind} ${entry.name}: ${entry.detail}`)).toEqual([
    'target local: local',
    'component model: 1 CPU · 128M',
    'component report: 1 CPU · 128M',
    'task simulate: model',
    'task summarize: report',
  ]);
});
