import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../main/platform/canonical-json.ts';

describe('canonical JSON', () => {
  it('sorts keys by code point at every depth and has no blanks', () => {
    expect(canonicalJson({ b: [{ z: 1, a: null }], a: 'ü' })).toBe('{"a":"ü","b":[{"a":null,"z":1}]}');
    expect(Object.keys(JSON.parse(canonicalJson({ '\u{1F600}': 1, '\uFFFD': 2 })))).toEqual([
      '\uFFFD',
      '\u{1F600}',
    ]);
  });

  it('does not depend on the order in which keys were written, and loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const shuffled = JSON.parse(JSON.stringify(value), (_, item) =>
          item && typeof item === 'object' && !Array.isArray(item)
            ? Object.fromEntries(Object.entries(item).reverse())
            : item,
        );
        expect(canonicalJson(shuffled)).toBe(canonicalJson(JSON.parse(JSON.stringify(value))));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
