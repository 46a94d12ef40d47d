import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelType } from '../../../../main/advisor/advisor.ts';
import { HistoryAdvisor } from '../../../../main/advisor/history-advisor.ts';
import { decodeOnnx } from '../../../../main/advisor/onnx/decode-onnx.ts';
import { exportOnnx } from '../../../../main/advisor/onnx/export-onnx.ts';
import { type OpenModel, openOnnxModel } from '../../../../main/advisor/onnx/open-model.ts';
import type { HistoryRow } from '../../../../main/telemetry/views.ts';
import { energyRows, noiseRows } from '../fixtures.ts';
import { chainAnswers, type Exported, exported, known } from './onnx-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
const opened: OpenModel[] = [];
afterAll(async () => {
  await Promise.all(opened.map((model) => model.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function open(path: string, runtime: 'auto' | 'builtin'): Promise<OpenModel> {
  const model = await openOnnxModel(path, { runtime });
  opened.push(model);
  return model;
}

const TOLERANCE = 1e-4;

function apart(one: number, expected: number): number {
  return Math.abs(one - expected) / Math.max(Math.abs(expected), 1e-12);
}

/** Any value that a manifest can hold, and many that history never saw. */
const anything = fc.record(
  {
    num_nodes: fc.oneof(
      fc.integer({ min: -10, max: 1e6 }),
      fc.integer({ min: 100, max: 1300 }),
      fc.double({ noNaN: true }),
      fc.constant('12'),
    ),
    input_size_mb: fc.oneof(
      fc.double({ min: 0, max: 500, noNaN: true }),
      fc.constant(null),
      fc.constant('text'),
    ),
    scenario_type: fc.constantFrom(
      'baseline',
      'peak_demand',
      'high_renewables',
      'outage',
      'unheard of',
      null,
    ),
  },
  { requiredKeys: [] },
);

/** Inputs of every kind: texts that share words, and where and when it ran. */
const worded = (count: number) =>
  energyRows(count).map((row, i) => ({
    ...row,
    machine: `node-${i % 3 === 0 ? 'fat' : 'thin'}-${i}`,
    startedAt: row.finishedAt - 10_000 + (i % 9) * 86_400_000,
    finishedAt: row.finishedAt + (i % 9) * 86_400_000,
    features: { ...row.features, file: `runs/${i % 2 === 0 ? 'grid' : 'mesh'}-EU_${i}.nc` },
  }));

/** Every shape of model: each type, large and small, and noise. */
const CASES: [string, ModelType, HistoryRow[]][] = [
  ['linear', 'linear', energyRows(200)],
  ['a forest by ml-random-forest', 'random_forest', energyRows(60)],
  ['a forest of our own', 'random_forest', energyRows(700)],
  ['boosting', 'gradient_boosting', energyRows(300)],
  ['a mixture', 'auto', energyRows(50)],
  ['words and machines', 'gradient_boosting', worded(120)],
  ['noise', 'auto', noiseRows(80)],
];

describe.each(CASES)('%s in an ONNX file', (name, modelType, rows) => {
  let model: Exported;
  let path: string;
  let fast: OpenModel;
  let plain: OpenModel;

  beforeAll(async () => {
    model = exported(rows, modelType);
    path = join(folder, `${name.replaceAll(' ', '-')}.onnx`);
    writeFileSync(path, model.bytes);
    [fast, plain] = await Promise.all([open(path, 'auto'), open(path, 'builtin')]);
  });

  it('is answered alike by ONNX Runtime, the built-in evaluator and the chain, whatever is asked', async () => {
    expect([fast.runtime, plain.runtime]).toEqual(['onnxruntime', 'builtin']);
    let worst = 0;
    const check = async (features: Parameters<typeof known>[0][]) => {
      const instances = features.map(known);
      const [a, b] = await Promise.all([fast.predict(instances), plain.predict(instances)]);
      chainAnswers(model.chain, instances).forEach((answers, i) => {
        for (const [stage, { value, ...ends }] of Object.entries(answers) as [
          'peak_memory',
          (typeof answers)[string],
        ][])
          for (const served of [a, b]) {
            const { low, point, high } = served[i]!.stages[stage]!;
            worst = Math.max(worst, apart(low, ends.low), apart(high, ends.high));
            // A point outside its own interval was moved into it, by all three in the same way.
            const expected = Math.min(Math.max(value, low), high);
            worst = Math.max(worst, apart(point, expected));
          }
      });
      expect(worst).toBeLessThan(TOLERANCE);
    };
    await check(rows.map((row) => row.features));
    await fc.assert(fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 40 }), check), {
      numRuns: 25,
      seed: 7,
    });
  });

  it('carries its inputs, units and intervals', () => {
    const metadata = decodeOnnx(readFileSync(path)).metadata;
    const description = JSON.parse(metadata.get('scalable.model') ?? '{}');
    expect(description).toMatchObject({
      task: 'simulate',
      component: 'demeter',
      modelType: model.chain.modelType,
    });
    expect(description.space).toEqual(model.chain.space);
    expect(description.stages.map((one: { stage: string }) => one.stage)).toEqual(
      model.chain.stages.map(({ stage }) => stage),
    );
    for (const stage of description.stages) expect(stage.residuals.quantiles[0]).toHaveLength(101);
    expect(metadata.get('readme')).toContain('"fill" where there is none');
  });
});

describe('exporting', () => {
  it('writes a file per learned task under a safe name of its own, and says what has none', async () => {
    const { task } = exported(energyRows(60), 'linear');
    const advisor = new HistoryAdvisor(
      [
        { ...task, task: 'align (hg38)' },
        { ...task, task: 'align/hg38' },
        { ...task, task: '../../etc/passwd' },
        { ...task, task: 'short', chain: null },
        { ...task, task: 'constant', chain: task.chain && { ...task.chain, space: { encoders: [] } } },
      ],
      'better',
    );
    const target = join(folder, 'deep', 'models');
    const { files, skipped } = await exportOnnx(advisor, target);
    expect(readdirSync(target).sort()).toEqual([
      '.._.._etc_passwd.onnx',
      'align_hg38.onnx',
      'align_hg38_.onnx',
    ]);
    expect(files.map((file) => file.task)).toEqual(['align (hg38)', 'align/hg38', '../../etc/passwd']);
    expect(skipped).toEqual([
      { task: 'short', reason: expect.stringContaining('too little history') },
      { task: 'constant', reason: expect.stringContaining('never vary') },
    ]);
  });

  it('says where it could not write', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    await expect(exportOnnx([], join(file, 'in-it'))).rejects.toMatchObject({ code: 'E_MODEL_SAVE' });
  });

  it('answers many instances in pieces and in order', async () => {
    const rows = energyRows(60);
    const { bytes, chain } = exported(rows, 'linear');
    const path = join(folder, 'many.onnx');
    writeFileSync(path, bytes);
    const model = await open(path, 'auto');
    const instances = Array.from({ length: 5001 }, (_, i) =>
      known({ num_nodes: 100 + (i % 1000), input_size_mb: 9 }),
    );
    const answers = await model.predict(instances);
    const expected = chainAnswers(chain, instances);
    expect(answers).toHaveLength(5001);
    for (const i of [0, 1999, 2000, 5000])
      expect(answers[i]!.stages.peak_memory!.point).toBeCloseTo(expected[i]!.peak_memory!.value, -3);
    await model.close();
    await expect(model.predict(instances)).rejects.toMatchObject({ code: 'E_MODEL_CLOSED' });
  });
});
