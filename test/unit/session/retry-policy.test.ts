import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../../../main/providers/provider.ts';
import { decideRetry, type FailedAttempt } from '../../../main/session/retry-policy.ts';
import { result } from './fakes.ts';

const GIB = 1024 ** 3;
const failed = (outcome: AttemptOutcome, more: Partial<FailedAttempt> = {}): FailedAttempt => ({
  result: result(outcome),
  request: { cpus: 1, memoryBytes: GIB, walltimeSeconds: 600 },
  predicted: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null },
  retriesUsed: 0,
  retriesAllowed: 2,
  lostBefore: 0,
  capacity: { cpus: 8, memoryBytes: 16 * GIB, maxWorkers: null },
  walltimeLimitSeconds: null,
  ...more,
});

describe('after a failed attempt', () => {
  it('a program that says no, what never began and what was cancelled are not tried again', () => {
    for (const outcome of ['program_error', 'launch_failure', 'cancelled'] as const)
      expect(decideRetry(failed(outcome))).toEqual({ retry: false, reason: null });
  });

  it('a node’s failure is nobody’s fault: the same request again', () => {
    const attempt = failed('node_failure');
    expect(decideRetry(attempt)).toEqual({ retry: true, request: attempt.request });
  });

  it('memory follows the advisor’s ladder as far as it goes, and grows by rule above it', () => {
    const memory = (had: number) => {
      const request = { cpus: 1, memoryBytes: had * GIB, walltimeSeconds: null };
      const decision = decideRetry(failed('out_of_memory', { request, ladder: [GIB, 1.25 * GIB, 3 * GIB] }));
      return decision.retry && (decision.request.memoryBytes ?? 0) / GIB;
    };
    expect([memory(1), memory(1.25), memory(3)]).toEqual([1.25, 3, 4.5]);
  });

  it('memory follows the highest of growth, measured peak and prediction', () => {
    const memory = (more: Partial<FailedAttempt>) => {
      const decision = decideRetry(failed('out_of_memory', more));
      return decision.retry && (decision.request.memoryBytes ?? 0) / GIB;
    };
    const usage = { ...result('out_of_memory').usage, peakMemoryBytes: 4 * GIB };
    const predicted = { low: 1, point: 2 * GIB, high: 6 * GIB };
    expect(memory({})).toBe(1.5);
    expect(memory({ retriesUsed: 1 })).toBe(2);
    expect(memory({ result: result('out_of_memory', { usage }) })).toBe(5);
    expect(memory({ predicted: { peakMemoryBytes: predicted, cpuSeconds: null, wallSeconds: null } })).toBe(
      6,
    );
  });

  it('more memory is always more, and never more than there is', () => {
    const amounts = fc.integer({ min: 1, max: 20 * GIB });
    fc.assert(
      fc.property(amounts, amounts, (had, capacity) => {
        const decision = decideRetry(
          failed('out_of_memory', {
            request: { cpus: 1, memoryBytes: had, walltimeSeconds: null },
            capacity: { cpus: 1, memoryBytes: capacity, maxWorkers: null },
          }),
        );
        expect(decision.retry).toBe(had < capacity);
        if (!decision.retry) return;
        expect(decision.request.memoryBytes).toBeGreaterThan(had);
        expect(decision.request.memoryBytes).toBeLessThanOrEqual(capacity);
      }),
    );
  });

  it('time doubles within the target’s limit, and at the limit the reason says so', () => {
    expect(decideRetry(failed('walltime'))).toMatchObject({
      retry: true,
      request: { walltimeSeconds: 1200 },
    });
    expect(decideRetry(failed('walltime', { walltimeLimitSeconds: 900 }))).toMatchObject({
      request: { walltimeSeconds: 900 },
    });
    expect(decideRetry(failed('walltime', { walltimeLimitSeconds: 600 }))).toEqual({
      retry: false,
      reason: 'It had all the time this target gives one task, 10 min.',
    });
  });

  it('retries are counted, and a lost attempt is tried once more without counting', () => {
    expect(decideRetry(failed('out_of_memory', { retriesUsed: 2 }))).toEqual({
      retry: false,
      reason: '2 retries are allowed for this task.',
    });
    expect(decideRetry(failed('lost', { retriesAllowed: 0 }))).toMatchObject({ retry: true });
    expect(decideRetry(failed('lost', { lostBefore: 1 }))).toMatchObject({ retry: false });
  });
});
