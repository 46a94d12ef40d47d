import { describe, expect, it } from 'vitest';
import { watchJob } from '../../../main/api/services/watch-job.ts';
import { AppError } from '../../../main/platform/errors.ts';
import { type JobState, LiveJobs, LiveTrainings } from '../../../main/workspaces/live-training.ts';

const PROJECT = 'p1';
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new AppError({ code: 'E_CANCELLED', message: 'Stopped' })));
  });

describe('long work of a project', () => {
  it('is done once, however often it is started, and is found again when it is done', async () => {
    const jobs = new LiveJobs<number>();
    const { promise, resolve } = Promise.withResolvers<number>();
    let started = 0;
    const work = () => {
      started += 1;
      return promise;
    };
    expect(jobs.state(PROJECT)).toEqual({ kind: 'idle' });
    const job = jobs.startOrJoin(PROJECT, work);
    expect(jobs.startOrJoin(PROJECT, work)).toBe(job);
    expect(jobs.state(PROJECT)).toMatchObject({ kind: 'going', fraction: 0 });
    resolve(7);
    await job.finished;
    expect(started).toBe(1);
    expect(jobs.state(PROJECT)).toEqual({ kind: 'done', result: 7 });
    expect(jobs.get(PROJECT)).toBeNull();
    expect(jobs.state('another project')).toEqual({ kind: 'idle' });
  });

  it('tells a failure to whoever comes later, and a cancellation to nobody', async () => {
    const jobs = new LiveJobs<number>();
    const error = { code: 'E_TOO_LITTLE_HISTORY', message: 'Too little' };
    await expect(
      jobs.startOrJoin(PROJECT, () => Promise.reject(new AppError(error))).finished,
    ).rejects.toThrow('Too little');
    expect(jobs.state(PROJECT)).toEqual({ kind: 'failed', error });
    const job = jobs.startOrJoin(PROJECT, (_, signal) => untilAborted(signal));
    job.cancel();
    await expect(job.finished).rejects.toThrow('Stopped');
    expect(jobs.state(PROJECT)).toEqual({ kind: 'idle' });
  });

  it('is followed from where it stands to its end, by as many as want to', async () => {
    const jobs = new LiveJobs<string>();
    const { promise, resolve } = Promise.withResolvers<string>();
    let tell: (progress: { fraction: number; step: string }) => void = () => undefined;
    jobs.startOrJoin(PROJECT, (onProgress) => {
      tell = onProgress;
      return promise;
    });
    const follow = async () => {
      const seen: JobState<string>['kind'][] = [];
      const leave = new AbortController();
      for await (const state of watchJob(jobs, PROJECT, leave.signal)) {
        seen.push(state.kind);
        if (state.kind === 'done') leave.abort();
      }
      return seen;
    };
    const both = [follow(), follow()];
    await Promise.resolve();
    tell({ fraction: 0.5, step: 'Half' });
    resolve('found');
    for (const seen of await Promise.all(both)) expect(seen).toEqual(['going', 'going', 'done']);
  });

  it('ends with the app', async () => {
    const trainings = new LiveTrainings();
    const { finished } = trainings.search.startOrJoin(PROJECT, (_, signal) => untilAborted(signal));
    await trainings.cancelAll();
    await expect(finished).rejects.toThrow('Stopped');
  });
});
