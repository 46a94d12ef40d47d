import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseManifest } from '../../../main/manifest/load.ts';
import { createManifest, starterManifest } from '../../../main/workspaces/starter-manifest.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starter-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a first manifest', () => {
  it('is valid as it stands, whatever the folder is called', () => {
    for (const name of ['grid', 'yes', '2030', 'a-b.c', 'null']) {
      const { report, spec } = parseManifest(starterManifest(name), { projectFolder: '/p', env: {} });
      expect(report).toMatchObject({ ok: true, errors: [], warnings: [] });
      expect(spec?.project.name).toBe(name);
    }
  });

  it('is written into a folder without one', async () => {
    await createManifest(folder);
    expect(await readFile(join(folder, 'scalable.yaml'), 'utf8')).toContain('version: 1');
  });

  it('never takes the place of a file that is there', async () => {
    await writeFile(join(folder, 'scalable.yaml'), 'mine');
    await expect(createManifest(folder)).rejects.toMatchObject({ code: 'E_MANIFEST_EXISTS' });
    expect(await readFile(join(folder, 'scalable.yaml'), 'utf8')).toBe('mine');
  });

  it('says so when it cannot be written', async () => {
    await expect(createManifest(join(folder, 'gone'))).rejects.toMatchObject({ code: 'E_FILE_WRITE' });
  });
});
