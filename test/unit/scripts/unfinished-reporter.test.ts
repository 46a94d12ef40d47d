import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import UnfinishedReporter from '../../../scripts/lib/unfinished-reporter.mjs';

const module = { id: 'm', moduleId: `${process.cwd()}/test/a.test.ts` };
const slow = { id: 's', fullName: 'never ends', module };
const quick = { id: 'q', fullName: 'ends', module };

describe('a suite in which nothing ends', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('names what is still running, again and again, and nothing that has ended', () => {
    const said: string[] = [];
    const reporter = new UnfinishedReporter({ quietMs: 60_000, print: (text) => said.push(text) });
    reporter.onTestModuleStart(module);
    reporter.onTestCaseReady(quick);
    vi.advanceTimersByTime(59_000);
    reporter.onTestCaseResult(quick);
    reporter.onTestCaseReady(slow);
    vi.advanceTimersByTime(59_000);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(61_000);
    const words = 'Nothing ended for 1 min. Still running:\n  test/a.test.ts\n  test/a.test.ts › never ends';
    expect(said).toEqual([words, words]);
  });

  it('is silent once the run has ended', () => {
    const said: string[] = [];
    const reporter = new UnfinishedReporter({ quietMs: 60_000, print: (text) => said.push(text) });
    reporter.onTestModuleStart(module);
    reporter.onTestRunEnd();
    vi.advanceTimersByTime(600_000);
    expect(said).toEqual([]);
  });
});
