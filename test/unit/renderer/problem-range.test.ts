import { Text } from '@codemirror/state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../main/manifest/spec.ts';
import { gradedProblems, problemRange } from '../../../renderer/pages/manifest/problem-range.ts';

const problem = (place: Partial<Problem>): Problem => ({
  code: 'E_X',
  path: 'manifest',
  line: null,
  column: null,
  endLine: null,
  endColumn: null,
  message: '',
  hint: null,
  ...place,
});
const doc = Text.of(['version: 1', 'tasks:', '  a: {}']);

describe('underlining', () => {
  it('covers exactly what the problem names', () => {
    const { from, to } = problemRange(problem({ line: 3, column: 3, endLine: 3, endColumn: 4 }), doc);
    expect(doc.sliceString(from, to)).toBe('a');
  });

  it('covers the line’s text where no extent is known, and the first line for the file', () => {
    const range = problemRange(problem({ line: 3 }), doc);
    expect(doc.sliceString(range.from, range.to)).toBe('a: {}');
    expect(problemRange(problem({}), doc)).toEqual({ from: 0, to: 10 });
  });

  it('stays inside a document that has become shorter', () => {
    const number = fc.option(fc.integer({ min: -3, max: 50 }));
    fc.assert(
      fc.property(number, number, number, number, (line, column, endLine, endColumn) => {
        const { from, to } = problemRange(problem({ line, column, endLine, endColumn }), doc);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeGreaterThanOrEqual(from);
        expect(to).toBeLessThanOrEqual(doc.length);
      }),
    );
  });
});

it('lists errors before warnings, each by line', () => {
  const listed = gradedProblems({
    ok: false,
    errors: [problem({ line: 9 }), problem({ line: 2 })],
    warnings: [problem({ line: 1 })],
  });
  expect(listed.map(({ severity, line }) => [severity, line])).toEqual([
    ['error', 2],
    ['error', 9],
    ['warning', 1],
  ]);
});
