import { describe, expect, test } from 'vitest';
import { HistoryAdvisor } from '../../../../main/advisor/history-advisor.ts';
import {
  decodeModelFile,
  encodeModelFile,
  type ModelFile,
} from '../../../../main/advisor/training/model-file.ts';
import { trainAll } from '../../../../main/advisor/training/train-all.ts';
import { MIB } from '../../../../main/platform/units.ts';
import { query, rowsOf } from '../fixtures.ts';

/** A campaign over twelve sizes, repeated; memory is a saw-tooth that no smooth model follows. */
const needed = (size: number) => (200 + 40 * size + (size % 2) * 150) * MIB;
const campaigns = (times: number) =>
  rowsOf(12 * times, (i) => ({
    runId: `run-${Math.floor(i / 12)}`,
    features: { size: 1 + (i % 12) },
    peakMemoryBytes: needed(1 + (i % 12)),
  }));
const learned = (times: number) =>
  trainAll(campaigns(times), { modelType: 'linear', cvFolds: 3, seed: 1, quick: true }, () => 0).tasks;
const asked = (tasks: ModelFile['tasks'], size: number) =>
  new HistoryAdvisor(tasks, 'better').size(query({ features: { size } }));

describe('inputs that were measured again and again', () => {
  const tasks = learned(6);

  test.each([1, 4, 7, 12])('are asked what they needed then (size %d)', (size) => {
    const { request, evidence } = asked(tasks, size);
    expect(request.memoryBytes).toBeGreaterThanOrEqual(needed(size));
    expect(request.memoryBytes).toBeLessThan(1.2 * needed(size));
    expect(evidence.reason).toMatch(/With just these inputs it was measured 6 times/);
  });

  test('tell nothing of others, nor before they were measured five times', () => {
    expect(asked(tasks, 6.5).evidence.reason).not.toMatch(/With just these inputs/);
    expect(asked(learned(4), 4).evidence.reason).not.toMatch(/With just these inputs/);
  });

  const file = (of: ModelFile['tasks']): ModelFile => ({
    format: 'scalable-advisor',
    version: 1,
    trainedAt: 0,
    modelType: 'linear',
    rows: 72,
    tasks: of,
  });

  test('are stored with the models', () => {
    const stored = decodeModelFile(encodeModelFile(file(tasks)));
    expect(asked(stored.tasks, 7)).toEqual(asked(tasks, 7));
  });

  test('are refused from a file that tells of impossible peaks', () => {
    const same = [{ inputs: Float64Array.of(1), peaks: Float64Array.of(1, Number.NaN) }];
    const broken = encodeModelFile(file(tasks.map((task) => ({ ...task, same }))));
    expect(() => decodeModelFile(broken)).toThrow(/its peaks are none/);
  });
});
