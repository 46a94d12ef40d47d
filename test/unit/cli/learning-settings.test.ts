import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openWorkspace } from '../../../main/telemetry/workspace.ts';
import { eventsOf } from '../../fixtures/telemetry/events-of-rows.ts';
import { energyRows } from '../advisor/fixtures.ts';
import { cli } from './fake-io.ts';

// Training takes seconds, and more where several suites share the cores.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const MANIFEST = `version: 1
project: { name: energy }
targets: { local: { provider: local } }
components: { demeter: { cpus: 2, memory: 2G } }
tasks:
  simulate:
    component: demeter
    command: run {num_nodes} {input_size_mb} {scenario_type}
    params: { num_nodes: [700], input_size_mb: [120], scenario_type: [peak_demand] }
`;

/** Row 38 of the list of broken promises: settings that are read and used nowhere. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'learning-'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'scalable.yaml'), MANIFEST);
  const workspace = await openWorkspace(folder, { access: 'write' });
  const rows = energyRows(60);
  for (const runId of new Set(rows.map((row) => row.runId)))
    await workspace.store.append(
      eventsOf(
        runId,
        rows.filter((row) => row.runId === runId),
      ),
    );
  await workspace.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function answer(env: Record<string, string>, ...args: string[]) {
  const { code, json } = await cli({ cwd: folder, env }, ...args, '--format', 'json');
  expect(code).toBe(0);
  return json<{ method: string; evidence: { simulate: { method: string } } }>();
}
const ADVISE = [
  'advise',
  '--task',
  'simulate',
  '--feature',
  'num_nodes=700',
  '--feature',
  'input_size_mb=120',
];

test('38: SCALABLE_ML=0 lets quantiles answer, in plans and in advice; without it models do', async () => {
  expect((await answer({}, 'plan')).evidence.simulate.method).toBe('learned');
  for (const off of ['0', 'false', 'OFF']) {
    expect((await answer({ SCALABLE_ML: off }, 'plan')).evidence.simulate.method).toBe('quantile');
    expect((await answer({ SCALABLE_ML: off }, ...ADVISE)).method).toBe('quantile');
  }
});

test('38: a flag says more than SCALABLE_ML', async () => {
  const { evidence } = await answer({ SCALABLE_ML: '0' }, 'plan', '--sizing', 'learned');
  expect(evidence.simulate.method).toBe('learned');
});

test('38: SCALABLE_ML_CACHE_DIR is where models are kept and looked for', async () => {
  const elsewhere = { SCALABLE_ML_CACHE_DIR: join(folder, 'cache') };
  await answer(elsewhere, 'train', '--model-type', 'linear', '--cv-folds', '3');
  expect(existsSync(join(folder, 'cache', 'advisor.json'))).toBe(true);
  expect(existsSync(join(folder, '.scalable', 'models', 'advisor.json'))).toBe(false);
  const trained = await cli({ cwd: folder, env: elsewhere }, 'plan', '--format', 'json');
  expect(
    trained.json<{ evidence: { simulate: { model_type: string } } }>().evidence.simulate.model_type,
  ).toBe('linear');
});
