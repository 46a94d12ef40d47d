import { describe, expect, test, vi } from 'vitest';
import { LearnedAdvisor } from '../../../main/advisor/learned-advisor.ts';
import { asModelType } from '../../../main/advisor/models/model-params.ts';
import { ResourceAdvisor } from '../../../main/advisor/resource-advisor.ts';
import { DEFAULT_FOLDS, DEFAULT_SEED } from '../../../main/advisor/training/defaults.ts';
import { runJob } from '../../../main/advisor/training/run-job.ts';
import { trainAll } from '../../../main/advisor/training/train-all.ts';
import { GIB, MIB, parseDuration, parseMemory } from '../../../main/platform/units.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';
import { energyRows, noiseRows, query, rowsOf } from './fixtures.ts';

// Training takes seconds, and more where several suites share the cores.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** What tutorials promise of learning, one test a promise; numbers are the rows of the list of broken promises. */
const rows = energyRows(120);
const features = { num_nodes: 700, input_size_mb: 120, scenario_type: 'peak_demand' };
const learned = LearnedAdvisor.fromRows(rows, { modelType: 'gradient_boosting' });
const TYPES = ['linear', 'random_forest', 'gradient_boosting', 'auto'] as const;

describe.each(TYPES)('1: with %s', (modelType) => {
  test.each([10, 40])('an advisor trains on %d finished tasks', (count) => {
    const advisor = LearnedAdvisor.fromRows(energyRows(count), { modelType });
    expect(advisor.recommend({ task: 'simulate', features }).resources.demeter?.memory).toMatch(/^\d+[MG]$/);
  });
});

test('2: the advice is the model’s, says which, and is written as the tutorials show it', () => {
  const advice = learned.recommend({ task: 'simulate', target: 'local', features });
  expect(advice).toMatchObject({ method: 'learned', modelType: 'gradient_boosting' });
  expect(advice.evidence.model_type).toBe('gradient_boosting');
  expect(String(advice)).toMatch(/^\{"cpus":\d+,"memory":"\d+M","walltime":"[\d:]+","confidence":0\.\d+\}$/);
});

test('3: scarce or no history falls back, and says why', async () => {
  const empty = await LearnedAdvisor.fromHistory(tempFolder('advisor'));
  expect(empty.recommend({ task: 'x' })).toMatchObject({ method: 'manifest', confidence: 0, resources: {} });
  expect(empty.recommend({ task: 'x' }).evidence.reason).toContain('No finished attempt');
  const none = await ResourceAdvisor.fromHistory('/no/such/folder');
  expect(none.recommend({ task: 'x' }).evidence.reason).toContain('There is no folder');
  const scarce = LearnedAdvisor.fromRows(energyRows(6)).recommend({ task: 'simulate', features });
  expect(scarce.method).toBe('quantile');
  expect(scarce.evidence.reason).toContain('too few');
});

test('4: model type "linear" trains a linear model, and unknown types are refused by name', () => {
  const { tasks } = trainAll(rows, { modelType: 'linear', cvFolds: 5, seed: 1 }, () => 0);
  expect(tasks[0]?.chain?.stages[0]?.members.map(({ type, model }) => [type, model.kind])).toEqual([
    ['linear', 'linear'],
  ]);
  expect(() => asModelType('cubist')).toThrow('There is no model type "cubist"');
});

test('5: `features` and `inputFeatures` mean the same', () => {
  expect(learned.recommend({ task: 'simulate', features })).toEqual(
    learned.recommend({ task: 'simulate', inputFeatures: features }),
  );
});

test.each(TYPES)('6: inputs change the advice (%s)', (modelType) => {
  const advisor = LearnedAdvisor.fromRows(rows, { modelType });
  const memory = (given: object) => {
    const { resources } = advisor.recommend({ task: 'simulate', features: { ...features, ...given } });
    return parseMemory(resources.demeter?.memory ?? '') ?? 0;
  };
  expect(memory({ num_nodes: 1250, input_size_mb: 350 })).toBeGreaterThan(
    1.5 * memory({ num_nodes: 120, input_size_mb: 4 }),
  );
  expect(memory({ scenario_type: 'peak_demand' })).toBeGreaterThan(memory({ scenario_type: 'baseline' }));
});

test('7: what is learned is the measured peak, not the request', () => {
  const asked = (bytes: number) => rows.map((row) => ({ ...row, requestedMemoryBytes: bytes }));
  const advice = (bytes: number) =>
    LearnedAdvisor.fromRows(asked(bytes)).recommend({ task: 'simulate', features });
  expect(advice(4 * GIB).resources.demeter?.memory).toEqual(advice(64 * GIB).resources.demeter?.memory);
});

test('8: confidence is counted on held-out tasks and moves the request', () => {
  const at = (confidence: number) => learned.size(query({ features, confidence }));
  expect(at(0.99).request.memoryBytes).toBeGreaterThan(at(0.6).request.memoryBytes!);
  expect(at(0.99).confidence).toBeGreaterThan(at(0.6).confidence!);
  expect(at(0.95).confidence).not.toBe(0.95);
});

test('9: low confidence falls back to quantiles', () => {
  const { tasks } = trainAll(rows, { modelType: 'linear', cvFolds: 5, seed: 1 }, () => 0);
  const unsure = tasks.map((task) => ({
    ...task,
    calibration: { ...task.calibration, learned: task.calibration.quantile.map(() => 0.4) },
  }));
  const sizing = new LearnedAdvisor(unsure, 'better').size(query({ features }));
  expect(sizing.method).toBe('quantile');
  expect(sizing.evidence.reason).toContain('held only 40 %');
});

test.each(TYPES)('10: intervals cover what they claim, and hold their own point (%s)', (modelType) => {
  const { report } = trainAll(rows, { modelType, cvFolds: 5, seed: 1 }, () => 0);
  for (const stage of report.tasks[0]?.stages ?? []) {
    expect(stage.coverage).toBeGreaterThan(0.89);
    for (const { low, high } of stage.points) expect(low).toBeLessThanOrEqual(high);
  }
  const { predicted } = learned.size(query({ features }));
  const { peakMemoryBytes, cpuSeconds, wallSeconds } = predicted;
  for (const interval of [peakMemoryBytes, cpuSeconds, wallSeconds]) {
    expect(interval!.low).toBeLessThanOrEqual(interval!.point);
    expect(interval!.point).toBeLessThanOrEqual(interval!.high);
  }
});

test('11: cross-validation has k folds, each with its figures, grouped by run', () => {
  const { report } = trainAll(rows, { modelType: 'linear', cvFolds: 4, seed: 1 }, () => 0);
  const folds = report.tasks[0]?.stages[0]?.folds ?? [];
  expect(folds.map(({ fold }) => fold)).toEqual([1, 2, 3, 4]);
  expect(folds.reduce((sum, fold) => sum + fold.rows, 0)).toBe(120);
  for (const fold of folds)
    expect(fold).toMatchObject({ mae: expect.any(Number), rmse: expect.any(Number), r2: expect.any(Number) });
});

test('12: settings found by a search can be handed to the advisor', () => {
  const { tasks } = trainAll(
    rows,
    {
      modelType: 'gradient_boosting',
      modelParams: { n_estimators: 9, learning_rate: 0.5 },
      cvFolds: 5,
      seed: 1,
    },
    () => 0,
  );
  const model = tasks[0]?.chain?.stages[0]?.members[0]?.model;
  expect(model?.kind === 'trees' && model.roots.length).toBeLessThanOrEqual(9);
});

test('13: calling again learns anew', () => {
  const larger = rows.map((row) => ({ ...row, peakMemoryBytes: 2 * (row.peakMemoryBytes ?? 0) }));
  const [before, after] = [rows, larger].map((given) =>
    LearnedAdvisor.fromRows(given).size(query({ features })),
  );
  expect(after!.request.memoryBytes! / before!.request.memoryBytes!).toBeCloseTo(2, 0);
});

test('14: the same history gives the same advice, whatever its order, here and in another thread', async () => {
  const shuffled = [...rows].sort((a, b) => (a.instanceId < b.instanceId ? 1 : -1));
  expect(
    LearnedAdvisor.fromRows(shuffled, { modelType: 'gradient_boosting' }).size(query({ features })),
  ).toEqual(learned.size(query({ features })));
  const { tasks } = await runJob({
    kind: 'train',
    source: { kind: 'rows', rows },
    options: { modelType: 'gradient_boosting', cvFolds: DEFAULT_FOLDS, seed: DEFAULT_SEED },
    modelsFolder: null,
  });
  expect(new LearnedAdvisor(tasks, 'better').size(query({ features }))).toEqual(
    learned.size(query({ features })),
  );
});

test('15: inputs are what the models see', () => {
  const { evidence } = learned.size(query({ features }));
  expect(evidence.importance.map(({ feature }) => feature)).toEqual(
    expect.arrayContaining(['num_nodes', 'input_size_mb', 'scenario_type']),
  );
});

test('16: workers follow the work, and evidence has the tutorials’ names', () => {
  const advice = ResourceAdvisor.fromRows(rows).recommend({ task: 'simulate', instances: 100 });
  expect(advice.workers.demeter).toBeGreaterThan(1);
  expect(advice.evidence).toMatchObject({ runs_analyzed: 8, method: 'quantile', percentile: 95 });
});

test('17: advice adopted ten times over on a task that does not change stays where it is', () => {
  let history = rowsOf(20, () => ({
    peakMemoryBytes: 300 * MIB,
    requestedMemoryBytes: GIB,
    wallSeconds: 30,
  }));
  const advised: string[] = [];
  for (let adopted = 0; adopted < 10; adopted++) {
    const { request } = ResourceAdvisor.fromRows(history).size(
      query({ manifestRequest: { cpus: 2, memoryBytes: GIB, walltimeSeconds: 3600 } }),
    );
    advised.push(JSON.stringify(request));
    history = [
      ...history,
      ...rowsOf(20, (i) => ({
        runId: `adopted-${adopted}`,
        instanceId: `again.${i}`,
        finishedAt: 1_900_000_000_000 + adopted,
        peakMemoryBytes: 300 * MIB,
        wallSeconds: 30,
        requestedCpus: request.cpus,
        requestedMemoryBytes: request.memoryBytes,
      })),
    ];
  }
  const memory = advised.map((text) => (JSON.parse(text) as { memoryBytes: number }).memoryBytes);
  expect(Math.max(...memory)).toBe(memory[0]);
  expect(new Set(advised.slice(2)).size).toBe(1);
});

test('18: memory is written in binary steps and read back unchanged; a time limit is never zero', () => {
  const { resources } = ResourceAdvisor.fromRows(
    rowsOf(20, () => ({ peakMemoryBytes: 4 * GIB, wallSeconds: 0.01 })),
  ).recommend({ task: 'simulate' });
  expect(parseMemory(resources.demeter?.memory ?? '')).toBeGreaterThanOrEqual(4 * GIB);
  expect(parseDuration(resources.demeter?.walltime ?? '')).toBeGreaterThanOrEqual(60);
});

test('19: failed and cancelled tasks do not train, and the elements of a map are one task', () => {
  const broken = rows.map((row) => ({
    ...row,
    instanceId: `${row.instanceId}-broken`,
    outcome: 'program_error' as const,
    peakMemoryBytes: 100 * GIB,
  }));
  expect(ResourceAdvisor.fromRows([...rows, ...broken]).size(query())).toEqual(
    ResourceAdvisor.fromRows(rows).size(query()),
  );
  const mapped = rowsOf(12, (i) => ({ task: `sq[${i}]`, instanceId: `sq.${i}` }));
  expect(ResourceAdvisor.fromRows(mapped).recommend({ task: 'sq' }).evidence.records).toBe(12);
});

test('noise is left to quantiles by every model type', () => {
  for (const modelType of TYPES) {
    const advisor = LearnedAdvisor.fromRows(noiseRows(80), { modelType });
    expect(advisor.size(query({ features: { a: 0.5, b: 2, kind: 'x' } })).method).toBe('quantile');
  }
});
