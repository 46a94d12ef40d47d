import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from './fake-io.ts';

const MANIFEST = `version: 1
project: { name: tiny }
targets:
  local: { provider: local, max_workers: 2 }
  hpc: { provider: slurm, queue: batch }
components:
  model: { cpus: 1, memory: 256M }
tasks:
  greet: { component: model, command: "echo hello {who}", params: { who: [Ada, "$(exit 3)"] } }
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  await writeFile(join(folder, 'scalable.yaml'), MANIFEST);
  await writeFile(
    join(folder, 'broken.yaml'),
    MANIFEST.replace('max_workers: 2', 'max_workers: -2').replace('component: model', 'component: modle'),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const here = (more = {}) => ({ cwd: folder, ...more });

describe('usage', () => {
  test.each([
    [['reprot'], 'report'],
    [['run', '--taget', 'x'], '--target'],
    [['plan', '--objective', 'cheap'], 'minimize cost'],
    [['report', '--run-id', 'x', '--last'], 'cannot be used with'],
    [['runs', '--limit', 'many'], 'whole number'],
    [['run', '--workers', 'model'], 'TAG=NUMBER'],
    [['run', '--workers', 'model=0'], 'with 1 or more'],
    [['advise'], '--task'],
    [['advise', '--task', 'x', '--confidence', '2'], '0.5 to 0.999'],
    [['export', '--all'], '--output'],
    [['logs'], 'run'],
  ])('%j is wrong usage: exit 2 and a word that helps', async (args, says) => {
    const { code, stdout, stderr } = await cli(here(), ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
  });

  test('flags that are wrong only together with the manifest are wrong usage, too', async () => {
    const { code, stderr } = await cli(here(), 'plan', '--workers', 'modle=2');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean “model”?');
    expect((await cli(here(), 'export', '--output', 'x')).code).toBe(2);
    expect((await cli(here(), 'run', '--resume', 'last', '--dry-run')).code).toBe(2);
  });

  test('help shows examples and is no failure; so is the version', async () => {
    const help = await cli(here(), 'plan', '-h');
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('Examples:\n  scalable plan');
    expect((await cli(here(), '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('validate', () => {
  test('a good manifest', async () => {
    const { code, stdout } = await cli(here(), 'validate');
    expect([code, stdout]).toEqual([0, 'The manifest is valid for target local.\n']);
    expect((await cli(here(), 'validate', '--target', 'hpc', '--format', 'json')).json()).toMatchObject({
      ok: true,
      target: 'hpc',
    });
  });

  test('all problems at once, with place and hint, as text and as JSON', async () => {
    const text = await cli(here(), 'validate', 'broken.yaml');
    expect(text.code).toBe(1);
    expect(text.stdout).toContain('error broken.yaml:4:42: E_BAD_MAX_WORKERS');
    expect(text.stdout).toContain('Did you mean “model”?');
    expect(text.stdout).toContain('2 errors.');
    const json = await cli(here(), 'validate', 'broken.yaml', '--format', 'json');
    expect(json.code).toBe(1);
    expect(json.json<{ errors: object[] }>().errors).toMatchObject([
      {
        code: 'E_BAD_MAX_WORKERS',
        path: 'targets.local.max_workers',
        line: 4,
        column: 42,
        message: expect.any(String),
        hint: expect.any(String),
      },
      { code: 'E_UNKNOWN_COMPONENT', path: 'tasks.greet.component' },
    ]);
  });

  test('a missing file is a report like any other', async () => {
    const { code, json } = await cli(here(), 'validate', 'none.yaml', '--format', 'json');
    expect(code).toBe(1);
    expect(json()).toMatchObject({ ok: false, errors: [{ code: 'E_MANIFEST' }] });
  });

  test('manifest and target come from the environment and from .env, which wins', async () => {
    const env = { SCALABLE_MANIFEST: join(folder, 'scalable.yaml'), SCALABLE_TARGET: 'hpc' };
    const elsewhere = await mkdtemp(join(tmpdir(), 'cli-env-'));
    try {
      const from = async () => (await cli({ cwd: elsewhere, env }, 'validate', '--format', 'json')).json();
      expect(await from()).toMatchObject({ target: 'hpc' });
      await writeFile(join(elsewhere, '.env'), 'SCALABLE_TARGET=local\n');
      expect(await from()).toMatchObject({ target: 'local' });
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });
});

describe('plan', () => {
  test('names tasks, requests, workers and evidence, and changes nothing', async () => {
    const { code, json } = await cli(
      here(),
      'plan',
      '--format',
      'json',
      '--workers',
      'model=2',
      '--output',
      'plan.json',
    );
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      target: 'local',
      provider: 'local',
      manifest_lock: expect.stringMatching(/^[0-9a-f]{64}$/),
      tasks: [{ task: 'greet', component: 'model', instances: 2 }],
      scale_plan: { workers: { model: 2 }, resources: { model: { cpus: 1, memory: '256M' } } },
      instances: [
        { task: 'greet', params: { who: 'Ada' }, request: { cpus: 1, memory: '256M' }, source: 'manifest' },
        { params: { who: '$(exit 3)' } },
      ],
      evidence: { greet: { method: 'manifest', records: 0 } },
    });
    expect(JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8'))).toEqual(json());
    await expect(readFile(join(folder, '.scalable', 'telemetry.db'))).rejects.toThrow('ENOENT');
  });

  test('the text is a table; run --dry-run shows the same', async () => {
    const { stdout } = await cli(here(), 'plan');
    expect(stdout).toMatch(/TASK +COMPONENT +INSTANCES/);
    expect(stdout).toMatch(/greet +model +2/);
    expect((await cli(here(), 'run', '--dry-run')).stdout).toBe(stdout);
  });

  test('says at which risk and for which hour its advice was made, as the flags said', async () => {
    const { json } = await cli(
      here(),
      'plan',
      '--format',
      'json',
      '--risk',
      'never-fail',
      '--hour',
      '3',
      '--confidence',
      '0.9',
    );
    expect(json()).toMatchObject({
      terms: { risk: 'never_fail', hour_of_day: 3, confidence: 0.9, target_kind: 'local' },
    });
    expect((await cli(here(), 'plan', '--risk', 'reckless')).code).toBe(2);
    expect((await cli(here(), 'plan', '--hour', '24')).code).toBe(2);
  });

  test('a manifest with problems: all of them, exit 1', async () => {
    const text = await cli(here(), 'plan', 'broken.yaml');
    expect([text.code, text.stdout]).toEqual([1, '']);
    expect(text.stderr).toContain('E_BAD_MAX_WORKERS');
    expect(text.stderr).toContain('E_UNKNOWN_COMPONENT');
    const { json } = await cli(here(), 'plan', 'broken.yaml', '--format', 'json');
    expect(json()).toMatchObject({
      error: { code: 'E_MANIFEST_INVALID', hint: expect.any(String), problems: [{ line: 4 }, {}] },
    });
  });
});

describe('before anything was recorded', () => {
  test('the list of runs is empty, and a report says what to do', async () => {
    expect((await cli(here(), 'runs', '--format', 'json')).json()).toEqual([]);
    const report = await cli(here(), 'report', '--format', 'json');
    expect(report.code).toBe(1);
    expect(report.json()).toMatchObject({ error: { code: 'E_NO_TELEMETRY', hint: expect.any(String) } });
  });

  test('advice is the manifest’s, for a task that is in it, and exits 0 for one that is not', async () => {
    const known = await cli(here(), 'advise', '--task', 'greet', '--format', 'json');
    expect(known.code).toBe(0);
    expect(known.json()).toMatchObject({
      task: 'greet',
      target: 'local',
      method: 'manifest',
      model_type: null,
      workers: { model: 1 },
      resources: { model: { cpus: 1, memory: '256M', walltime: null } },
      evidence: { records: 0 },
    });
    const unknown = await cli(here(), 'advise', '--task', 'nobody', '--format', 'json');
    expect([unknown.code, unknown.json<{ method: string }>().method]).toEqual([0, 'manifest']);
  });

  test('there is nothing to train on', async () => {
    expect((await cli(here(), 'train')).stderr).toMatch(
      /^E_NO_TELEMETRY .*nothing to learn from\nRun a manifest/,
    );
  });
});

test('colours appear on a terminal only, and never with --no-color or NO_COLOR', async () => {
  const colour = '\u001b[';
  const stdout = async (more: object, ...args: string[]) =>
    (await cli(here(more), 'validate', 'broken.yaml', ...args)).stdout;
  expect(await stdout({ isTTY: true })).toContain(colour);
  expect(await stdout({})).not.toContain(colour);
  expect(await stdout({ isTTY: true }, '--no-color')).not.toContain(colour);
  expect(await stdout({ isTTY: true, env: { NO_COLOR: '1' } })).not.toContain(colour);
});
