import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileName, staticFile } from '../../../main/host/static-files.ts';

let base: string;
let folder: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'scalable-static-'));
  folder = join(base, 'renderer');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), '<p>page</p>');
  await writeFile(join(folder, 'assets', 'main-1a2b.js'), 'export {}');
  await writeFile(join(base, 'secret.txt'), 'secret');
  await symlink(join(base, 'secret.txt'), join(folder, 'assets', 'link.txt'));
});
afterAll(() => rm(base, { recursive: true, force: true }));

describe('built files', () => {
  it('are answered with their type; hashed ones may be kept for ever, the page never', async () => {
    const script = await staticFile(folder, '/assets/main-1a2b.js');
    expect(script?.contentType).toMatch(/^text\/javascript/);
    expect(script?.cacheControl).toMatch(/immutable/);
    expect((await staticFile(folder, '/'))?.cacheControl).toBe('no-store');
  });
  it('are the page for addresses without an extension', async () => {
    expect((await staticFile(folder, '/p/1234/plan'))?.contentType).toMatch(/^text\/html/);
  });
  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets/link.txt',
    '/assets/%00.js',
    '/%zz',
    '//etc/passwd.txt',
    '/C:/secret.txt',
    '/missing.js',
    '/assets/main-1a2b.js/x.js',
  ])('are not found at %s', async (path) => {
    expect(await staticFile(folder, path)).toBeNull();
  });
});

describe('a file name from an address', () => {
  it('never leads out of the folder, whatever the address', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom('..', '.', '%2e%2e', '%2f', '%5c', '/', '\\', ''));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const name = fileName(`/${parts.join('/')}`);
        if (name === null) return;
        expect(relative('/srv/page', resolve('/srv/page', name))).not.toMatch(/^\.\.(\/|$)/);
      }),
    );
  });
});
