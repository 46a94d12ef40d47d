import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLogSlice } from '../../../main/api/services/log-slice.ts';
import { type LogSource, localLogs, siteLogs } from '../../../main/api/services/log-source.ts';
import { MAX_SLICE_BYTES } from '../../../main/api/services.ts';
import type { Site } from '../../../main/providers/site.ts';

let base: string;
let run: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'scalable-log-'));
  run = join(base, 'run');
  await mkdir(join(run, 'logs'), { recursive: true });
});
afterEach(() => rm(base, { recursive: true, force: true }));

/** A site whose files are this machine's. */
const site = {
  stat: (path: string) =>
    stat(path).then(
      ({ size, mtimeMs }) => ({ kind: 'file' as const, bytes: size, modifiedAt: mtimeMs }),
      () => null,
    ),
  readFile: async (path: string, { offset = 0, maxBytes = 0 } = {}) =>
    (await readFile(path)).subarray(offset, offset + maxBytes),
} as Partial<Site> as Site;

const SOURCES: readonly (readonly [string, (runFolder: string) => LogSource])[] = [
  ['on this machine', localLogs],
  ['on a site', (runFolder) => siteLogs(site, runFolder)],
];

describe.each(SOURCES)('a log %s', (_where, sourceOf) => {
  const read = (path: string | null, offset: number | 'end', growing?: boolean) =>
    readLogSlice(sourceOf(run), path, offset, growing);

  it('is read in bounded slices that join to the whole, whatever its characters', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), async (piece) => {
        const whole = piece.repeat(Math.ceil((MAX_SLICE_BYTES * 1.5) / Buffer.byteLength(piece)));
        await writeFile(join(run, 'logs', 'a.out'), whole);
        let text = '';
        for (let offset = 0, more = true; more; ) {
          const slice = await read('logs/a.out', offset);
          expect(Buffer.byteLength(slice.text)).toBeLessThanOrEqual(MAX_SLICE_BYTES);
          text += slice.text;
          offset = slice.nextOffset;
          more = offset < slice.totalBytes;
        }
        expect(text === Buffer.from(whole).toString('utf8')).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
  it('that grows is read on from where it ended', async () => {
    const path = join(run, 'logs', 'a.out');
    await writeFile(path, 'one\n');
    const first = await read('logs/a.out', 0);
    await writeFile(path, 'two\n', { flag: 'a' });
    expect((await read('logs/a.out', first.nextOffset)).text).toBe('two\n');
    expect((await read('logs/a.out', 1_000_000)).text).toBe('');
  });
  it('is read from its last part, which begins with a whole character', async () => {
    const path = join(run, 'logs', 'a.out');
    await writeFile(path, 'ä'.repeat(MAX_SLICE_BYTES));
    const end = await read('logs/a.out', 'end');
    expect(end).toMatchObject({ offset: MAX_SLICE_BYTES, nextOffset: 2 * MAX_SLICE_BYTES });
    await writeFile(path, '.', { flag: 'a' }); // now the last part begins within a character
    const shifted = await read('logs/a.out', 'end');
    expect(shifted.offset).toBe(MAX_SLICE_BYTES + 2);
    expect(shifted.text.startsWith('ä')).toBe(true);
  });
  it('leaves a half-written character for later while it grows', async () => {
    const path = join(run, 'logs', 'a.out');
    const bytes = Buffer.from('two €');
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    const first = await read('logs/a.out', 0, true);
    expect(first.text).toBe('two ');
    await writeFile(path, bytes.subarray(bytes.length - 1), { flag: 'a' });
    expect((await read('logs/a.out', first.nextOffset, true)).text).toBe('€');
  });
  it('says when its middle was left out', async () => {
    const note = '[… 1048576 bytes (1 MB) left out: the log was longer than 10 MB …]';
    await writeFile(join(run, 'logs', 'a.out'), `start\n${note}\nend\n`);
    expect(await read('logs/a.out', 0)).toMatchObject({ truncated: true });
    await writeFile(join(run, 'logs', 'b.out'), 'bytes left out: the log was longer than\n');
    expect(await read('logs/b.out', 0)).toMatchObject({ truncated: false });
  });
  it('that is not there yet is empty', async () => {
    expect(await read('logs/none.out', 0)).toMatchObject({ text: '', totalBytes: 0 });
    expect(await read(null, 0)).toMatchObject({ text: '' });
  });
  it('outside of its run’s folder is not shown', async () => {
    await writeFile(join(base, 'secret'), 'secret');
    for (const path of ['../secret', join(base, 'secret'), 'logs/../../secret'])
      await expect(read(path, 0)).rejects.toMatchObject({ code: 'E_LOG_OUTSIDE' });
  });
});

it('a link in a run’s folder leads nowhere else on this machine', async () => {
  await writeFile(join(base, 'secret'), 'secret');
  await symlink(join(base, 'secret'), join(run, 'logs', 'link.out'));
  await expect(readLogSlice(localLogs(run), 'logs/link.out', 0)).rejects.toMatchObject({
    code: 'E_LOG_OUTSIDE',
  });
});
