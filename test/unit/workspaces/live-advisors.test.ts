import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManifestAdvisor } from '../../../main/advisor/manifest-advisor.ts';
import type { HistorySummary } from '../../../main/telemetry/views.ts';
import { type LearningWorkspace, LiveAdvisors } from '../../../main/workspaces/live-advisors.ts';

let models: string;
beforeEach(async () => {
  models = join(await mkdtemp(join(tmpdir(), 'scalable-advisors-')), 'models');
  await mkdir(models);
});
afterEach(() => rm(join(models, '..'), { recursive: true }));

const rows = (count: number): HistorySummary => ({
  task: 'simulate',
  rows: count,
  succeeded: count,
  withMemory: count,
  runs: 1,
  lastAt: count,
});

function setup() {
  let history = [rows(10)];
  let made = 0;
  let fails = false;
  const workspace: LearningWorkspace = {
    store: { historySummary: async () => history },
    paths: { database: join(models, '..', 'telemetry.db'), models },
  };
  const advisors = new LiveAdvisors(async () => {
    made++;
    if (fails) throw new Error('the model file is damaged');
    return new ManifestAdvisor();
  });
  return {
    get: () => advisors.get(workspace),
    made: () => made,
    record: (count: number) => {
      history = [rows(count)];
    },
    failing: (value: boolean) => {
      fails = value;
    },
  };
}

describe('the advisor of a project', () => {
  it('is made once for all who ask, at the same time too', async () => {
    const { get, made } = setup();
    const [a, b] = await Promise.all([get(), get()]);
    expect(a).toBe(b);
    expect(await get()).toBe(a);
    expect(made()).toBe(1);
  });
  it('is made anew when more was recorded', async () => {
    const { get, made, record } = setup();
    const before = await get();
    record(11);
    expect(await get()).not.toBe(before);
    expect(made()).toBe(2);
  });
  it('is made anew when models were trained', async () => {
    const { get, made } = setup();
    await get();
    await writeFile(join(models, 'advisor.json'), '{}');
    await get();
    expect(made()).toBe(2);
    await utimes(join(models, 'advisor.json'), new Date(), new Date(Date.now() + 5000));
    await get();
    expect(made()).toBe(3);
  });
  it('is tried again after it could not be made', async () => {
    const { get, failing } = setup();
    failing(true);
    await expect(get()).rejects.toThrow('damaged');
    failing(false);
    await expect(get()).resolves.toBeInstanceOf(ManifestAdvisor);
  });
});
