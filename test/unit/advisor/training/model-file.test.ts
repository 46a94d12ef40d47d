import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HistoryAdvisor } from '../../../../main/advisor/history-advisor.ts';
import {
  decodeModelFile,
  encodeModelFile,
  type ModelFile,
} from '../../../../main/advisor/training/model-file.ts';
import { trainAll } from '../../../../main/advisor/training/train-all.ts';
import { AppError } from '../../../../main/platform/errors.ts';
import { energyRows, query } from '../fixtures.ts';

const { tasks } = trainAll(energyRows(60), { modelType: 'gradient_boosting', cvFolds: 3, seed: 1 }, () => 0);
const { tasks: linear } = trainAll(energyRows(60), { modelType: 'linear', cvFolds: 3, seed: 1 }, () => 0);
const file: ModelFile = {
  format: 'scalable-advisor',
  version: 1,
  trainedAt: 1,
  modelType: 'gradient_boosting',
  rows: 60,
  tasks: [...tasks, ...linear.map((task) => ({ ...task, task: 'other' }))],
};
const text = encodeModelFile(file);
type Loose = Record<string, unknown> & { [key: string]: Loose } & Loose[];
const changed = (change: (data: Loose) => void) => {
  const data = JSON.parse(text) as Loose;
  change(data);
  return JSON.stringify(data);
};
const codeOf = (content: string) => {
  try {
    decodeModelFile(content);
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'read';
};
const int32 = (values: number[]) => Buffer.from(Int32Array.from(values).buffer).toString('base64');

test('what was stored answers exactly as before', () => {
  expect(decodeModelFile(text)).toEqual(file);
  const features = { num_nodes: 512, input_size_mb: 33, scenario_type: 'outage' };
  for (const task of ['simulate', 'other']) {
    const answer = (of: ModelFile) => new HistoryAdvisor(of.tasks, 'learned').size(query({ task, features }));
    expect(answer(decodeModelFile(text))).toEqual(answer(file));
  }
});

test('what stands in for the hour, the machine and the past is stored too', () => {
  const [task] = tasks;
  const defaults = { hour_of_day: 13.5, machine_class: 'node-#', target: null };
  const space = { encoders: task?.chain?.space.encoders ?? [], defaults };
  const told = {
    ...file,
    tasks: tasks.map((one) => ({ ...one, chain: one.chain && { ...one.chain, space } })),
  };
  expect(decodeModelFile(encodeModelFile(told)).tasks[0]?.chain?.space.defaults).toEqual(defaults);
});

describe('a file that is not sound is refused with a code', () => {
  const model = (data: Loose) => data.tasks![0]!.chain!.stages![0]!.members![0]!.model as Loose;
  test.each<[string, string]>([
    ['cut off', text.slice(0, text.length / 2)],
    ['not JSON', 'PK\u0003\u0004'],
    ['something else', '{"hello": 1}'],
    [
      'a tree that walks in circles',
      changed((data) => Object.assign(model(data), { left: model(data).right, right: int32([0]) })),
    ],
    ['a tree that reads outside its columns', changed((data) => Object.assign(model(data), { columns: 1 }))],
    ['roots that are nowhere', changed((data) => Object.assign(model(data), { roots: int32([1e6]) }))],
    ['damaged numbers', changed((data) => Object.assign(model(data), { value: 'AAAA' }))],
    ['an infinite coefficient', text.replace(/"intercept":[^,]+/, '"intercept":1e999')],
    ['an unknown key', changed((data) => Object.assign(data, { run: 'rm -rf' }))],
  ])('%s', (_, content) => {
    expect(codeOf(content)).toBe('E_MODEL_FILE');
  });

  test('of a newer version, saying so', () => {
    expect(codeOf(changed((data) => Object.assign(data, { version: 2 })))).toBe('E_MODEL_NEWER');
  });

  test('whatever single character is changed, it is read or refused, never followed into a crash', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) => {
        expect(['read', 'E_MODEL_FILE', 'E_MODEL_NEWER']).toContain(
          codeOf(text.slice(0, at) + letter + text.slice(at + 1)),
        );
      }),
      { numRuns: 60 },
    );
  });
});
