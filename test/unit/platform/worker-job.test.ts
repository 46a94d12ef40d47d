import { describe, expect, it } from 'vitest';
import { AppError } from '../../../main/platform/errors.ts';
import { runInWorker } from '../../../main/platform/worker-job.ts';

const MODULE = new URL('../../fixtures/workers/job-worker.ts', import.meta.url);

function run(
  ends: string,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (words: string) => void } = {},
): Promise<number> {
  return runInWorker<number, string>({
    module: MODULE,
    data: { ends },
    heapMib: 64,
    cancelled: () => new AppError({ code: 'E_CANCELLED', message: 'It was cancelled.' }),
    stopped: () => new AppError({ code: 'E_STOPPED', message: 'It stopped.' }),
    ...options,
  });
}

describe('a job in a worker thread', () => {
  it('tells of its progress and gives its result', async () => {
    const told: string[] = [];
    await expect(run('done', { onProgress: (words) => told.push(words) })).resolves.toBe(42);
    expect(told).toEqual(['half way']);
  });

  it('fails as the work failed, code and all', async () => {
    await expect(run('failed')).rejects.toMatchObject({ code: 'E_SUM', message: 'It does not add up.' });
  });

  it('says so when the thread ended without an answer', async () => {
    await expect(run('silently')).rejects.toMatchObject({ code: 'E_STOPPED' });
  });

  it('ends at once when it is aborted, also before it began', async () => {
    const stop = new AbortController();
    await expect(run('never', { signal: stop.signal, onProgress: () => stop.abort() })).rejects.toMatchObject(
      { code: 'E_CANCELLED' },
    );
    await expect(run('done', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });

  it('tells no progress any more once it was aborted, however much of it was on its way', async () => {
    const stop = new AbortController();
    let late = 0;
    let isBegun = false;
    const onProgress = () => {
      if (stop.signal.aborted) late++;
      if (!isBegun) setTimeout(() => stop.abort(), 5);
      isBegun = true;
    };
    await expect(run('chatting', { signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'E_CANCELLED',
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(late).toBe(0);
  });
});
