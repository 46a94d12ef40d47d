import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unfamiliarInputs } from '../../../../main/advisor/data/domain.ts';
import {
  columnNames,
  encode,
  encodeAll,
  type FeatureSpace,
  type KnownBefore,
  learnFeatureSpace,
} from '../../../../main/advisor/data/features.ts';
import { groupByTask } from '../../../../main/advisor/data/rows.ts';
import type { Params } from '../../../../main/manifest/spec.ts';
import { energyRows, rowsOf } from '../fixtures.ts';

const learn = (features: readonly Params[]) => {
  const rows = groupByTask(rowsOf(features.length, (i) => ({ features: features[i] ?? {} })));
  return learnFeatureSpace(rows.get('simulate')?.rows ?? []);
};
const asked = (features: Params): KnownBefore => ({
  features,
  component: 'demeter',
  target: 'local',
  requestedCpus: 2,
});

describe('columns', () => {
  test('numbers stay numbers, categories become one column a level and one for the unseen', () => {
    const space = learn([
      { n: 1, kind: 'a' },
      { n: 2, kind: 'b' },
    ]);
    expect(columnNames(space)).toEqual(['kind=a', 'kind=b', 'kind=other', 'n']);
    expect([...encode(space, asked({ n: 2, kind: 'b' }))]).toEqual([0, 1, 0, 2]);
    expect([...encode(space, asked({ n: 2, kind: 'new' }))]).toEqual([0, 0, 1, 2]);
  });

  test('a missing number is told by a column of its own', () => {
    const space = learn([{ n: 1 }, { n: 3 }, {}]);
    expect(columnNames(space)).toEqual(['n', 'n missing']);
    expect([...encode(space, asked({}))]).toEqual([2, 1]);
  });

  test('some text in a column of numbers counts as missing, much text makes it a category', () => {
    const few = learn([...Array.from({ length: 19 }, (_, i) => ({ n: String(i) })), { n: 'n/a' }]);
    expect(columnNames(few)).toEqual(['n', 'n missing']);
    expect(columnNames(learn([{ n: 'x' }, { n: 'y' }, { n: 1 }]))[0]).toBe('n=1');
  });

  test('inputs that never vary are left out, and so is every former request for memory or time', () => {
    const rows = groupByTask(
      rowsOf(10, (i) => ({
        requestedMemoryBytes: 1e9 + i,
        requestedWalltimeSeconds: 60 + i,
        features: { n: i, k: 1 },
      })),
    );
    expect(columnNames(learnFeatureSpace(rows.get('simulate')?.rows ?? []))).toEqual(['n']);
  });

  test('identifiers with a level per row do not become a column per row', () => {
    const space = learn(Array.from({ length: 500 }, (_, i) => ({ id: `sample-${i}`, n: i })));
    expect(columnNames(space).length).toBeLessThan(40);
  });

  test('whatever is asked, every cell is a finite number', () => {
    const space = learnFeatureSpace(groupByTask(energyRows(40)).get('simulate')?.rows ?? []);
    const value = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('num_nodes', 'input_size_mb', 'scenario_type', 'else'), value),
        (features) => {
          const row = encode(space, asked(features));
          expect(row).toHaveLength(columnNames(space).length);
          expect(row.every(Number.isFinite)).toBe(true);
        },
      ),
    );
  });

  test('a matrix holds what single rows hold', () => {
    const rows = groupByTask(energyRows(5)).get('simulate')?.rows ?? [];
    const space = learnFeatureSpace(rows);
    const matrix = encodeAll(space, rows);
    expect(matrix.columns.map((column) => column[3])).toEqual([...encode(space, rows[3]!)]);
  });
});

describe('what was never measured is noticed', () => {
  const space = learn([
    { n: 100, kind: 'a' },
    { n: 1100, kind: 'b' },
  ]);
  test('an unseen category, a number far outside, a number that is missing', () => {
    const words = (features: Params) => unfamiliarInputs(space, asked(features));
    expect(words({ n: 500, kind: 'z' })).toEqual(['kind = z was never measured']);
    expect(words({ n: 9000, kind: 'a' })).toEqual(['n = 9000 is far outside 100 to 1100']);
    expect(words({ kind: 'a' })).toEqual(['n is not given, but was always known before']);
  });

  test('a category that is missing, and an empty text for one', () => {
    const words = (features: Params) => unfamiliarInputs(space, asked(features));
    for (const features of [{ n: 500 }, { n: 500, kind: '' }] as Params[])
      expect(words(features)).toEqual(['kind is not given, but was always known before']);
  });

  test('what is no number where numbers were, and a size below 0', () => {
    const words = (features: Params) => unfamiliarInputs(space, asked({ kind: 'a', ...features }));
    expect(words({ n: 'many' })).toEqual(['n = many is no number that it can be']);
    expect(words({ n: -10 })).toEqual(['n = -10 is far outside 100 to 1100']);
    expect(words({ n: 0 })).toEqual([]);
  });

  test('a few attempts without an input show too little of that case, many show enough', () => {
    const spaceOf = (without: number) =>
      learn(
        Array.from({ length: 60 }, (_, i): Params => (i < without ? {} : { n: i, kind: i % 2 ? 'a' : 'b' })),
      );
    const words = (space: FeatureSpace) => unfamiliarInputs(space, asked({}));
    expect(words(spaceOf(4))).toEqual(['kind and n are not given, but were nearly always known before']);
    expect(words(spaceOf(5))).toEqual([]);
  });

  test('what came without measured memory widens no range and excuses no gap', () => {
    const measured = energyRows(40);
    const unmeasured = { ...measured[0]!, peakMemoryBytes: null };
    const rows = [
      ...measured,
      ...Array.from({ length: 9 }, (_, i) => ({ ...unmeasured, instanceId: `empty.${i}`, features: {} })),
      { ...unmeasured, instanceId: 'absurd', features: { ...unmeasured.features, input_size_mb: 4e7 } },
    ];
    const space = learnFeatureSpace(groupByTask(rows).get('simulate')?.rows ?? []);
    const words = (features: Params) => unfamiliarInputs(space, asked(features));
    expect(words({ scenario_type: 'baseline', num_nodes: 400 })).toEqual([
      'input_size_mb is not given, but was always known before',
    ]);
    expect(words({ ...measured[0]!.features, input_size_mb: 100_000 })[0]).toMatch(
      /^input_size_mb = 100,000 is far outside/,
    );
  });

  test('a little beyond the range is still familiar', () => {
    expect(unfamiliarInputs(space, asked({ n: 1300, kind: 'a' }))).toEqual([]);
  });
});
