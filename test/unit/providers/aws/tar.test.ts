import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tar } from '../../../../main/providers/aws/tar.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tar-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function archive(files: Readonly<Record<string, Buffer>>, executable = false): Promise<Buffer> {
  const entries = Object.entries(files).map(([path, content], i) => {
    const from = join(folder, `source-${i}`);
    writeFileSync(from, content);
    return { path, bytes: content.length, executable, from };
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function unpack(bytes: Buffer): string {
  const to = mkdtempSync(join(folder, 'out-'));
  execFileSync('tar', ['-xf', '-', '-C', to], { input: bytes });
  return to;
}

const name = fc
  .stringMatching(/^[A-Za-z0-9 äöü_'"-]{1,90}$/)
  .filter((text) => text.trim() === text && !/^-/.test(text));

it('packs files of any length and name so that tar unpacks them as they were', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(
        fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
        fc.uint8Array({ maxLength: 1500 }),
        { maxKeys: 6 },
      ),
      async (files) => {
        const paths = Object.keys(files);
        // A file cannot be a folder as well.
        fc.pre(!paths.some((one) => paths.some((other) => other.startsWith(`${one}/`))));
        const to = unpack(
          await archive(Object.fromEntries(Object.entries(files).map(([p, c]) => [p, Buffer.from(c)]))),
        );
        for (const [path, content] of Object.entries(files))
          expect(readFileSync(join(to, path)).equals(Buffer.from(content))).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

it('keeps what may be executed executable, and is the same for the same files', async () => {
  const files = { 'bin/run.sh': Buffer.from('#!/bin/sh\n') };
  const bytes = await archive(files, true);
  expect((await archive(files, true)).equals(bytes)).toBe(true);
  expect(statSync(join(unpack(bytes), 'bin/run.sh')).mode & 0o777).toBe(0o755);
});

it('refuses a file that has changed since it was looked at', async () => {
  const from = join(folder, 'x');
  mkdirSync(dirname(from), { recursive: true });
  writeFileSync(from, 'abc');
  const all = async () => {
    for await (const _ of tar([{ path: 'x', bytes: 2, executable: false, from }]));
  };
  await expect(all()).rejects.toThrow('x changed while it was read');
});
