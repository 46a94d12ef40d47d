import { describe, expect, it } from 'vitest';
import { readResults } from '../../../scripts/lib/test-results.mjs';

const test = (status: string, ...titles: string[]) => ({
  status,
  ancestorTitles: titles.slice(0, -1),
  title: titles.at(-1) ?? '',
});

describe('the sum at the end of npm test', () => {
  it('counts every test once, and a file that does not load as a failure', () => {
    const results = readResults({
      testResults: [
        { name: 'x.ts', status: 'passed', assertionResults: [test('passed', 'a'), test('passed', 'b')] },
        { name: 'y.ts', status: 'failed', assertionResults: [test('failed', 'c', 'd'), test('passed', 'e')] },
        { name: 'z.ts', status: 'failed', message: 'SyntaxError', assertionResults: [] },
      ],
    });
    expect(results).toEqual([
      { file: 'x.ts', passed: 2, failures: [], skips: [] },
      { file: 'y.ts', passed: 1, failures: [{ title: 'c › d', message: '' }], skips: [] },
      {
        file: 'z.ts',
        passed: 0,
        failures: [{ title: 'could not be loaded or set up', message: 'SyntaxError' }],
        skips: [],
      },
    ]);
  });
  it('repeats of a failure what it is about, without colours and without where it happened', () => {
    const failureMessages = [
      'Error: \u001B[31mno\u001B[39m\n  expected 1\n  got 2\n    at a.ts:1\n    at b.ts:2',
    ];
    const [results] = readResults({
      testResults: [
        { name: 'x.ts', status: 'failed', assertionResults: [{ ...test('failed', 'a'), failureMessages }] },
      ],
    });
    expect(results?.failures[0]?.message).toBe('Error: no\n  expected 1\n  got 2');
  });
  it('says once why tests were skipped together', () => {
    const title = 'Electron itself (skipped: there is no display)';
    const results = readResults({
      testResults: [
        {
          name: 'x.ts',
          status: 'passed',
          assertionResults: [test('skipped', title, 'a'), test('pending', title, 'b')],
        },
        { name: 'y.ts', status: 'passed', assertionResults: [test('skipped', 'nobody knows')] },
      ],
    });
    expect(results.flatMap(({ skips }) => skips)).toEqual([
      { title: 'Electron itself', reason: 'there is no display', count: 2 },
      { title: 'nobody knows', reason: 'no reason given', count: 1 },
    ]);
  });
});
