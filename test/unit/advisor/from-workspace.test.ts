import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LearnedAdvisor } from '../../../main/advisor/learned-advisor.ts';
import { advisorForPlanning } from '../../../main/advisor/planning-advisor.ts';
import { ResourceAdvisor } from '../../../main/advisor/resource-advisor.ts';
import { trainAdvisor } from '../../../main/advisor/train.ts';
import { readTrainingReport } from '../../../main/advisor/trained.ts';
import type { WorkspacePaths } from '../../../main/platform/paths.ts';
import { openWorkspace } from '../../../main/telemetry/workspace.ts';
import { eventsOf } from '../../fixtures/telemetry/events-of-rows.ts';
import { energyRows, query } from './fixtures.ts';

// Training takes seconds, and more where several suites share the cores.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** From recorded events to advice, through the workspace's real database and worker threads. */
let root: string;
let paths: WorkspacePaths;
const rows = energyRows(48);
const features = { num_nodes: 700, input_size_mb: 120, scenario_type: 'peak_demand' };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'advised-'));
  const workspace = await openWorkspace(root, { access: 'write' });
  paths = workspace.paths;
  for (const runId of new Set(rows.map((row) => row.runId)))
    await workspace.store.append(
      eventsOf(
        runId,
        rows.filter((row) => row.runId === runId),
      ),
    );
  await workspace.close();
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a workspace with 48 recorded attempts in 8 runs', () => {
  test.each(['.', '.scalable', '.scalable/runs'])('is read from %s', async (dir) => {
    const advice = (await ResourceAdvisor.fromHistory(join(root, dir))).recommend({ task: 'simulate' });
    expect(advice.evidence).toMatchObject({ method: 'quantile', runs_analyzed: 8, records: 48 });
    expect(advice.basis).toBe('p95 of 8 historical runs');
  });

  test('gives the advice of its rows', async () => {
    const fromFolder = await LearnedAdvisor.fromHistory(root, { modelType: 'linear' });
    const fromRows = LearnedAdvisor.fromRows(rows, { modelType: 'linear' });
    expect(fromFolder.size(query({ features })).request).toEqual(fromRows.size(query({ features })).request);
  });

  test('is trained, reported and planned with', async () => {
    const { database, models: modelsFolder } = paths;
    const options = { database, modelsFolder } as const;
    const report = await trainAdvisor({ ...options, modelType: 'linear', cvFolds: 4 });
    expect(report).toMatchObject({ rows: 48, tasks: [{ task: 'simulate', chosen: 'learned' }] });
    expect(await readTrainingReport(modelsFolder)).toEqual(report);
    const methods = await Promise.all(
      (['manifest', 'quantile', 'learned', 'auto', 'scouts'] as const).map(
        async (sizing) => (await advisorForPlanning({ ...options, sizing })).size(query({ features })).method,
      ),
    );
    expect(methods).toEqual(['manifest', 'quantile', 'learned', 'learned', 'learned']);
  });
});
