import { describe, expect, it } from 'vitest';
import { type Staging, stagingStep, startInTurn } from '../../../main/api/services/start-jobs.ts';
import { commonFolder } from '../../../main/api/services/transfers-service.ts';
import { seldom } from '../../../main/platform/seldom.ts';
import type { RunHandle } from '../../../main/session/run-handle.ts';
import { LiveTransfers } from '../../../main/workspaces/live-transfers.ts';

const run = (runId: string) => ({ runId }) as RunHandle;
const progress = {
  site: 'ada@hpc',
  folder: '/work/p',
  files: 40,
  changed: 12,
  doneBytes: 512 * 1024,
  totalBytes: 2 * 1024 ** 2,
};

describe('runs of a project', () => {
  it('are started one after the other, each told its own end', async () => {
    const transfers = new LiveTransfers();
    const order: string[] = [];
    const begin = (name: string, end: () => Promise<unknown>) =>
      startInTurn(transfers, 'p', async () => {
        order.push(`${name} begins`);
        await end();
        order.push(`${name} ends`);
        return run(name);
      });
    const first = Promise.withResolvers<void>();
    const a = begin('a', () => first.promise);
    const b = begin('b', async () => {
      throw new Error('no room');
    });
    const c = begin('c', async () => undefined);
    expect(transfers.isBusy).toBe(true);
    first.resolve();
    expect((await a).runId).toBe('a');
    await expect(b).rejects.toThrow('no room');
    expect((await c).runId).toBe('c');
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'c begins', 'c ends']);
    await expect.poll(() => transfers.starts.state('p')).toEqual({ kind: 'done', result: { runId: 'c' } });
  });

  it('say how far the copy of their project is, and can be stopped then', async () => {
    const transfers = new LiveTransfers();
    const states: unknown[] = [];
    transfers.starts.watch('p', (state) => states.push(state));
    const started = startInTurn(transfers, 'p', async ({ onStaging, stagingSignal }: Staging) => {
      onStaging(progress);
      await new Promise((resolve) => stagingSignal.addEventListener('abort', resolve));
      throw new Error('stopped');
    });
    transfers.starts.get('p')?.cancel();
    await expect(started).rejects.toThrow('stopped');
    expect(states).toEqual([
      { kind: 'going', fraction: 0, step: '' },
      {
        kind: 'going',
        fraction: 0.25,
        step: '512 kB of 2 MB; 12 of 40 files differ. To /work/p on ada@hpc',
      },
      { kind: 'idle' },
    ]);
  });

  it('are said to be up to date where nothing is to be copied', () => {
    expect(stagingStep({ ...progress, changed: 0, doneBytes: 0, totalBytes: 0 })).toEqual({
      fraction: 1,
      step: 'The copy on ada@hpc is up to date: /work/p',
    });
  });
});

describe('the folder of outputs', () => {
  it('is the deepest that has them all', () => {
    expect(commonFolder([])).toBeNull();
    expect(commonFolder(['/p/out/a/x'])).toBe('/p/out/a');
    expect(commonFolder(['/p/out/a/x', '/p/out/b/y'])).toBe('/p/out');
    expect(commonFolder(['/p/out/a', '/p/outer/b'])).toBe('/p');
    expect(commonFolder(['/p/a', '/q/b'])).toBe('/');
  });
});

it('tells the first value at once, and the others five times a second at the most', () => {
  let now = 0;
  const told: number[] = [];
  const tell = seldom(
    (value: number) => told.push(value),
    () => now,
  );
  for (; now < 1000; now += 50) tell(now);
  expect(told).toEqual([0, 200, 400, 600, 800]);
});
