import { describe, expect, it } from 'vitest';
import { WorkerStarts } from '../../../../main/session/adaptive/worker-starts.ts';

describe('what is known of workers on their way', () => {
  it('says for how long each one has been awaited', () => {
    const starts = new WorkerStarts();
    starts.wished('big', 2, 1000);
    starts.wished('big', 3, 5000);
    expect(starts.starting('big', 11_000)).toEqual([10, 10, 6]);
    expect(starts.starting('small', 11_000)).toEqual([]);
  });

  it('calls off who was asked for last', () => {
    const starts = new WorkerStarts();
    starts.wished('big', 2, 1000);
    starts.wished('big', 3, 5000);
    starts.wished('big', 1, 6000);
    expect(starts.starting('big', 6000)).toEqual([5]);
  });

  it('moves from what is usual towards what it measures', () => {
    const starts = new WorkerStarts();
    expect(starts.startup('big', 60).queueSeconds).toBeCloseTo(60);
    for (let worker = 0; worker < 20; worker++) {
      starts.wished('big', 1, 0);
      starts.came('big', 5000);
    }
    const { queueSeconds } = starts.startup('big', 60);
    expect(queueSeconds).toBeGreaterThan(5);
    expect(queueSeconds).toBeLessThan(9);
  });

  it('learns nothing from a worker that nobody asked for', () => {
    const starts = new WorkerStarts();
    starts.came('big', 5000);
    expect(starts.startup('big', 60).queueSeconds).toBeCloseTo(60);
  });
});
