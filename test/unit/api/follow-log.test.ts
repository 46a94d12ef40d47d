import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FollowTiming, followLog, type LogPlace } from '../../../main/api/services/follow-log.ts';
import { localLogs } from '../../../main/api/services/log-source.ts';
import { type LogSlice, MAX_SLICE_BYTES } from '../../../main/api/services.ts';

let runFolder: string;
let file: string;
beforeEach(async () => {
  runFolder = await mkdtemp(join(tmpdir(), 'scalable-follow-'));
  await mkdir(join(runFolder, 'logs'));
  file = join(runFolder, 'logs', 'a.1.out');
});
afterEach(() => rm(runFolder, { recursive: true, force: true }));

/** A long look: what arrives before it was told by the file system. */
const WATCHING: FollowTiming = { restMs: 5, lookMs: 60_000 };
const LOOKING: FollowTiming = { restMs: 5, lookMs: 20 };

function follow(timing: FollowTiming) {
  let place: LogPlace = { path: 'logs/a.1.out', ended: false };
  const listeners = new Set<() => void>();
  const stop = new AbortController();
  const slices = followLog(
    {
      source: localLogs(runFolder),
      place: async () => place,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    stop.signal,
    timing,
  );
  return {
    next: async (): Promise<LogSlice> => {
      const result = await slices.next();
      if (result.done) throw new Error('it ended');
      return result.value;
    },
    rest: async () => {
      let text = '';
      for await (const slice of slices) text += slice.text;
      return text;
    },
    end: () => {
      place = { ...place, ended: true };
      for (const listener of listeners) listener();
    },
    stop: () => stop.abort(),
    listeners,
  };
}

describe('following a log', () => {
  it('pushes what is written, without being asked', async () => {
    await writeFile(file, 'one\n');
    const log = follow(WATCHING);
    expect(await log.next()).toMatchObject({ offset: 0, text: 'one\n' });
    const next = log.next();
    await appendFile(file, 'two\n');
    expect(await next).toMatchObject({ offset: 4, text: 'two\n', nextOffset: 8 });
    log.stop();
  });
  it('ends with the attempt, after its last words', async () => {
    await writeFile(file, 'one\n');
    const log = follow(WATCHING);
    await log.next();
    const rest = log.rest();
    await appendFile(file, 'last words\n');
    log.end();
    expect(await rest).toBe('last words\n');
    expect(log.listeners.size).toBe(0);
  });
  it('of an attempt that is over is its end, at once', async () => {
    await writeFile(file, 'all of it\n');
    const log = follow(WATCHING);
    log.end();
    expect(await log.rest()).toBe('all of it\n');
  });
  it('begins before there is a file', async () => {
    const log = follow(LOOKING);
    expect(await log.next()).toMatchObject({ text: '', totalBytes: 0 });
    const next = log.next();
    await writeFile(file, 'here\n');
    expect((await next).text).toBe('here\n');
    log.stop();
  });
  it('begins anew where the log was cut at its size limit', async () => {
    await writeFile(file, 'x'.repeat(1000));
    const log = follow(WATCHING);
    await log.next();
    const next = log.next();
    await writeFile(file, 'short\n');
    const slice = await next;
    // A cut is an emptied and a written file; whichever is seen first, what is shown begins anew.
    expect(slice.offset).toBe(0);
    log.stop();
  });
  it('goes to the end of a log that grew faster than it is read', async () => {
    await writeFile(file, '');
    const log = follow(WATCHING);
    await log.next();
    const next = log.next();
    await writeFile(file, 'x'.repeat(6 * MAX_SLICE_BYTES));
    log.end();
    let slice = await next;
    while (slice.nextOffset < 6 * MAX_SLICE_BYTES) slice = await log.next();
    expect(slice.offset).toBeGreaterThanOrEqual(5 * MAX_SLICE_BYTES);
    expect(slice.text.length).toBeLessThanOrEqual(MAX_SLICE_BYTES);
  });
  it('stops when nobody listens any more', async () => {
    await writeFile(file, 'one\n');
    const log = follow(WATCHING);
    await log.next();
    const rest = log.rest();
    log.stop();
    expect(await rest).toBe('');
    expect(log.listeners.size).toBe(0);
  });
});
