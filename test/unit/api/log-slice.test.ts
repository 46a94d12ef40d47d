import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLogSlice } from '../../../main/api/services/log-slice.ts';
import { MAX_SLICE_BYTES } from '../../../main/api/services.ts';

let base: string;
let run: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'scalable-log-'));
  run = join(base, 'run');
  await mkdir(join(run, 'logs'), { recursive: true });
});
afterEach(() => rm(base, { recursive: true, force: true }));

describe('a log', () => {
  it('is read in bounded slices that join to the whole, whatever its characters', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), async (piece) => {
        const whole = piece.repeat(Math.ceil((MAX_SLICE_BYTES * 1.5) / Buffer.byteLength(piece)));
        await writeFile(join(run, 'logs', 'a.out'), whole);
        let text = '';
        for (let offset = 0, more = true; more; ) {
          const slice = await readLogSlice(run, 'logs/a.out', offset);
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
    const first = await readLogSlice(run, 'logs/a.out', 0);
    await writeFile(path, 'two\n', { flag: 'a' });
    expect((await readLogSlice(run, 'logs/a.out', first.nextOffset)).text).toBe('two\n');
    expect((await readLogSlice(run, 'logs/a.out', 1_000_000)).text).toBe('');
  });
  it('is read from its last part, which begins with a whole character', async () => {
    const path = join(run, 'logs', 'a.out');
    await writeFile(path, 'ä'.repeat(MAX_SLICE_BYTES));
    const end = await readLogSlice(run, 'logs/a.out', 'end');
    expect(end).toMatchObject({ offset: MAX_SLICE_BYTES, nextOffset: 2 * MAX_SLICE_BYTES });
    await writeFile(path, '.', { flag: 'a' }); // now the last part begins within a character
    const shifted = await readLogSlice(run, 'logs/a.out', 'end');
    expect(shifted.offset).toBe(MAX_SLICE_BYTES + 2);
    expect(shifted.text.startsWith('ä')).toBe(true);
  });
  it('leaves a half-written character for later while it grows', async () => {
    const path = join(run, 'logs', 'a.out');
    const bytes = Buffer.from('two €');
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    const first = await readLogSlice(run, 'logs/a.out', 0, true);
    expect(first.text).toBe('two ');
    await writeFile(path, bytes.subarray(bytes.length - 1), { flag: 'a' });
    expect((await readLogSlice(run, 'logs/a.out', first.nextOffset, true)).text).toBe('€');
  });
  it('says when its middle was left out', async () => {
    const note = '[… 1048576 bytes (1 MB) left out: the log was longer than 10 MB …]';
    await writeFile(join(run, 'logs', 'a.out'), `start\n${note}\nend\n`);
    expect(await readLogSlice(run, 'logs/a.out', 0)).toMatchObject({ truncated: true });
    await writeFile(join(run, 'logs', 'b.out'), 'bytes left out: the log was longer than\n');
    expect(await readLogSlice(run, 'logs/b.out', 0)).toMatchObject({ truncated: false });
  });
  it('that is not there yet is empty', async () => {
    expect(await readLogSlice(run, 'logs/none.out', 0)).toMatchObject({ text: '', totalBytes: 0 });
    expect(await readLogSlice(run, null, 0)).toMatchObject({ text: '' });
  });
  it('outside of its run’s folder is not shown, by path or by link', async () => {
    await writeFile(join(base, 'secret'), 'secret');
    await symlink(join(base, 'secret'), join(run, 'logs', 'link.out'));
    for (const path of ['../secret', join(base, 'secret'), 'logs/link.out', 'logs/../../secret'])
      await expect(readLogSlice(run, path, 0)).rejects.toMatchObject({ code: 'E_LOG_OUTSIDE' });
  });
});
