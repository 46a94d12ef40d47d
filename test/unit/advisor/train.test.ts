import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { advisorForPlanning } from '../../../main/advisor/planning-advisor.ts';
import { trainAdvisor } from '../../../main/advisor/train.ts';
import { readModels, readTrainingReport } from '../../../main/advisor/trained.ts';
import { perform } from '../../../main/advisor/training/perform.ts';
import { runJob } from '../../../main/advisor/training/run-job.ts';
import { AppError } from '../../../main/platform/errors.ts';
import { energyRows, query } from './fixtures.ts';

// Training takes seconds, and more where several suites share the cores.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'advisor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const silent = () => undefined;
const rows = energyRows(60);
const options = { modelType: 'linear', cvFolds: 4, seed: 1 } as const;
const train = (given = rows, more: object = {}) =>
  perform(
    {
      kind: 'train',
      source: { kind: 'rows', rows: given },
      options: { ...options, ...more },
      modelsFolder: folder,
    },
    silent,
  );
const plan = (given: typeof rows) =>
  perform({ kind: 'plan', source: { kind: 'rows', rows: given }, modelsFolder: folder, seed: 1 }, silent);

describe('training in a worker thread', () => {
  test('tells its progress, and models and report can be read back', async () => {
    const steps: number[] = [];
    const { report } = await runJob(
      { kind: 'train', source: { kind: 'rows', rows }, options, modelsFolder: folder },
      { onProgress: (fraction) => steps.push(fraction) },
    );
    expect(steps.at(-1)).toBe(1);
    expect(steps.every((step) => step >= 0 && step <= 1)).toBe(true);
    expect(await readTrainingReport(folder)).toEqual(report);
    expect((await readModels(folder))?.tasks.map(({ task }) => task)).toEqual(['simulate']);
    expect((await readdir(folder)).sort()).toEqual(['advisor.json', 'training-report.json']);
  });

  test('is ended by an abort signal and leaves what was there', async () => {
    await train();
    const before = await readTrainingReport(folder);
    const stop = new AbortController();
    const job = runJob(
      {
        kind: 'train',
        source: { kind: 'rows', rows: energyRows(3000) },
        options: { ...options, modelType: 'random_forest' },
        modelsFolder: folder,
      },
      { signal: stop.signal },
    );
    setTimeout(() => stop.abort(), 300);
    await expect(job).rejects.toMatchObject({ code: 'E_CANCELLED' });
    expect(await readTrainingReport(folder)).toEqual(before);
  });

  test('hands failures over with their code', async () => {
    const job = { kind: 'train', source: { kind: 'rows', rows }, modelsFolder: null } as const;
    await expect(
      runJob({ ...job, options: { ...options, modelParams: { depth: 3 } } }),
    ).rejects.toMatchObject({
      code: 'E_MODEL_PARAMS',
    });
  });

  test('a workspace without a database gives an empty report', async () => {
    const report = await trainAdvisor({
      database: join(folder, 'none.db'),
      modelsFolder: folder,
      modelType: 'auto',
      cvFolds: 5,
    });
    expect(report).toMatchObject({ rows: 0, tasks: [] });
  });
});

test('training one task keeps what was learned about the others', async () => {
  const other = rows.map((row) => ({ ...row, task: 'post' }));
  await train([...rows, ...other]);
  const { report } = await train([...rows, ...other], { task: 'post' });
  expect(report?.tasks.map(({ task }) => task).sort()).toEqual(['post', 'simulate']);
  expect((await readModels(folder))?.tasks).toHaveLength(2);
});

describe('a plan', () => {
  test('uses stored models while the history has not grown by half', async () => {
    await train();
    expect((await plan(energyRows(80))).tasks[0]?.records).toBe(60);
  });

  test('is made with models trained on the spot once it has', async () => {
    await train();
    const { tasks } = await plan(energyRows(100));
    expect(tasks[0]?.records).toBe(100);
    expect(tasks[0]?.chain).not.toBeNull();
  });

  test('sizes a task that is newer than the training by its quantiles', async () => {
    await train();
    const { tasks } = await plan([...rows, ...rows.slice(0, 10).map((row) => ({ ...row, task: 'late' }))]);
    expect(tasks.find(({ task }) => task === 'late')).toMatchObject({ chain: null, chosen: 'quantile' });
  });

  test('without a database is the manifest’s', async () => {
    const advisor = await advisorForPlanning({
      database: join(folder, 'no.db'),
      modelsFolder: folder,
      sizing: 'auto',
    });
    expect(advisor.size(query()).request).toEqual(query().manifestRequest);
  });

  test('refuses a model file that is damaged, with a hint', async () => {
    await writeFile(join(folder, 'advisor.json'), '{');
    const failure = await plan(rows).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'E_MODEL_FILE', hint: expect.stringContaining('Train') });
  });
});
