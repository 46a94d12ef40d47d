import { describe, expect, it } from 'vitest';
import { readResults } from '../../../scripts/lib/test-results.mjs';

const test = (status: string, ...titles: string[]) => ({
  status,
  ancestorTitles: titles.slice(0, -1),
  title: titles.at(-1) ?? '',
});

describe('the sum at the end of npm test', () => {
  it('counts every test once, and a file that does not load as a failure', () => {
    const { passed, failed } = readResults({
      testResults: [
        { status: 'passed', assertionResults: [test('passed', 'a'), test('passed', 'b')] },
        { status: 'failed', assertionResults: [test('failed', 'c')] },
        { status: 'failed', assertionResults: [] },
      ],
    });
    expect({ passed, failed }).toEqual({ passed: 2, failed: 2 });
  });
  it('says once why tests were skipped together', () => {
    const title = 'Electron itself (skipped: there is no display)';
    const { skips } = readResults({
      testResults: [
        { status: 'passed', assertionResults: [test('skipped', title, 'a'), test('pending', title, 'b')] },
        { status: 'passed', assertionResults: [test('skipped', 'nobody knows')] },
      ],
    });
    expect(skips).toEqual([
      { title: 'Electron itself', reason: 'there is no display', count: 2 },
      { title: 'nobody knows', reason: 'no reason given', count: 1 },
    ]);
  });
});
