import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openWorkspace } from '../../../main/telemetry/workspace.ts';
import { eventsOf } from '../../fixtures/telemetry/events-of-rows.ts';
import { energyRows } from '../advisor/fixtures.ts';
import { cli } from './fake-io.ts';

// Training takes seconds, and more where several suites share the cores.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const DAY_MS = 86_400_000;

/** 96 attempts of eight runs, a day apart. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'advice-text-'));
  const workspace = await openWorkspace(folder, { access: 'write' });
  const rows = energyRows(96).map((row, i) => {
    const at = row.startedAt! + (i % 8) * DAY_MS;
    return { ...row, startedAt: at, finishedAt: at + 1000 * i + 10_000 };
  });
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

async function say(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli({ cwd: folder }, ...args);
  expect(code, stderr).toBe(0);
  return stdout;
}

test('training says how far it is off, in order of time too, what mattered and what more history would bring', async () => {
  const told = await say('train', '--model-type', 'linear');
  expect(told).toMatch(/^simulate: 96 attempts of 8 runs → learned$/m);
  expect(told).toMatch(
    /^ {2}Memory: off by [\d.]+ MB on average; intervals of 90 % held \d+ % of held-out tasks; in order of time off by [\d.]+ MB, held \d+ %$/m,
  );
  expect(told).toMatch(/^ {2}What mattered for memory: input_size_mb \d+ %, \w+ \d+ %/m);
  expect(told).toMatch(
    /^ {2}The same in order of time, each from its past only: manifest as first written /m,
  );
  expect(told).toMatch(/^ {2}Memory learned from fewer attempts is off by: [\d.]+ MB from \d+, /m);
});

test('advice says what is likely, what mattered and what would change it', async () => {
  const inputs = ['num_nodes=700', 'input_size_mb=40', 'scenario_type=baseline'];
  const told = await say('advise', '--task', 'simulate', ...inputs.flatMap((input) => ['--feature', input]));
  expect(told).toMatch(/^ {2}demeter: \d CPU, \d+M, [\d:]+, \d+ workers?$/m);
  expect(told).toMatch(
    /^Predicted: \d+ MB of memory \(90 of 100 within \d+ MB to \d+ MB\), [\d.]+ s \(90 of 100 within /m,
  );
  expect(told).toMatch(/^What mattered: input_size_mb \d+ %, /m);
  expect(told).toMatch(
    /^What would change it:\n {2}With input_size_mb = [\d.]+ it would be [\d.]+ [MG]B\.$/m,
  );
});

test('advice without the inputs is for all of them, and says that the model was not asked', async () => {
  const told = await say('advise', '--task', 'simulate', '--feature', 'num_nodes=700');
  expect(told).toMatch(/^Method: quantile$/m);
  expect(told).toMatch(
    /^Why: Quantiles answer because input_size_mb and scenario_type are not given, but were always known before/m,
  );
  expect(told).toMatch(/^ {2}All inputs given, and near those learned from: then the models answer\.$/m);
});
