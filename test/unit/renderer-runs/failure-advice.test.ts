import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FailedAttempt,
  failureAdvice,
  largerMemory,
} from '../../../renderer/pages/runs/failure-advice.ts';

const GIB = 1024 ** 3;
const attempt = (over: Partial<FailedAttempt>): FailedAttempt => ({
  outcome: 'out_of_memory',
  exitCode: null,
  signal: 'SIGKILL',
  message: null,
  peakMemoryBytes: 9.1 * GIB,
  request: { cpus: 1, memoryBytes: 8 * GIB, walltimeSeconds: null },
  wallSeconds: 30,
  ...over,
});

describe('advice after a failure', () => {
  it('names what was needed, what there was, and the fix', () => {
    const advice = failureAdvice(attempt({}));
    expect(advice?.sentence).toBe('It needed 9.1 GB and had 8 GB.');
    expect(advice?.fix).toEqual({ label: 'Retry with 12 GB', memoryBytes: 12 * GIB });
  });

  it('does not claim a need that was not measured', () => {
    expect(failureAdvice(attempt({ peakMemoryBytes: 7 * GIB }))?.sentence).toBe(
      'It needed more than the 8 GB it had.',
    );
    expect(failureAdvice(attempt({ peakMemoryBytes: null }))?.sentence).toBe(
      'It needed more than the 8 GB it had.',
    );
  });

  it('offers a longer limit after a time limit', () => {
    const advice = failureAdvice(
      attempt({ outcome: 'walltime', request: { cpus: 1, memoryBytes: null, walltimeSeconds: 3600 } }),
    );
    expect(advice?.sentence).toBe('It was stopped at its time limit of 1 h.');
    expect(advice?.fix).toEqual({ label: 'Retry with 2 h', walltimeSeconds: 7200 });
  });

  it('does not promise that more memory helps a program that said no', () => {
    const advice = failureAdvice(attempt({ outcome: 'program_error', signal: null, exitCode: 3 }));
    expect(advice?.sentence).toBe('The program ended with exit code 3.');
    expect(advice?.fix).toEqual({ label: 'Retry' });
  });

  it('retries with the same request when the machine went away', () => {
    expect(failureAdvice(attempt({ outcome: 'node_failure' }))?.fix).toEqual({ label: 'Retry' });
  });

  it('has nothing to say about success', () => {
    expect(failureAdvice(attempt({ outcome: 'succeeded' }))).toBeNull();
    expect(failureAdvice(attempt({ outcome: null }))).toBeNull();
  });

  it('always offers more than was needed and than there was', () => {
    const size = fc.integer({ min: 1, max: 2 ** 44 });
    fc.assert(
      fc.property(size, size, (peak, request) => {
        const offered = largerMemory(peak, request);
        expect(offered).toBeGreaterThan(Math.max(peak, request));
        expect(offered % (64 * 1024 ** 2)).toBe(0);
      }),
    );
  });
});
