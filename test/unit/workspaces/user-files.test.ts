import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configFolder } from '../../../main/workspaces/config-folder.ts';
import { readJsonFile, writeFileAtomically } from '../../../main/workspaces/json-file.ts';
import { findProject, listFolder } from '../../../main/workspaces/project-folder.ts';
import { RecentProjects } from '../../../main/workspaces/recent-projects.ts';
import { copySample } from '../../../main/workspaces/sample.ts';
import { SettingsFile } from '../../../main/workspaces/settings.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scalable-user-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const project = (number: number) => ({
  projectId: number.toString(16).padStart(16, '0'),
  folder: `/p/${number}`,
  manifestFile: 'scalable.yaml',
  lastOpenedAt: number,
});

describe('the configuration folder', () => {
  it('is where each system keeps such things, and where the variable says', () => {
    const home = '/home/ada';
    expect(configFolder({ env: {}, platform: 'linux', home })).toBe('/home/ada/.config/scalable');
    expect(configFolder({ env: { XDG_CONFIG_HOME: '/x' }, platform: 'linux', home })).toBe('/x/scalable');
    expect(configFolder({ env: { XDG_CONFIG_HOME: 'x' }, platform: 'linux', home })).toBe(
      '/home/ada/.config/scalable',
    );
    expect(configFolder({ env: { SCALABLE_CONFIG_DIR: '/mine' }, platform: 'darwin', home })).toBe('/mine');
  });
});

describe('recent projects', () => {
  it('are newest first, each once, and survive a new start', async () => {
    const recent = new RecentProjects(folder);
    await recent.remember(project(1));
    await recent.remember(project(2));
    await recent.remember({ ...project(1), lastOpenedAt: 3 });
    const again = new RecentProjects(folder);
    expect((await again.list()).map(({ folder: path, lastOpenedAt }) => [path, lastOpenedAt])).toEqual([
      ['/p/1', 3],
      ['/p/2', 2],
    ]);
    await again.forget(project(1).projectId);
    expect((await again.list()).map((entry) => entry.folder)).toEqual(['/p/2']);
  });
  it('lose nothing when many change at once', async () => {
    const recent = new RecentProjects(folder);
    await Promise.all(Array.from({ length: 20 }, (_, index) => recent.remember(project(index))));
    expect(await recent.list()).toHaveLength(20);
  });
  it('keep what can be read of a damaged file', async () => {
    await writeFile(join(folder, 'recent-projects.json'), JSON.stringify([{ folder: 1 }, project(7), null]));
    expect(await new RecentProjects(folder).list()).toEqual([project(7)]);
    await writeFile(join(folder, 'recent-projects.json'), '[{"projectId": "00');
    expect(await new RecentProjects(folder).list()).toEqual([]);
  });
});

describe('settings', () => {
  it('have defaults, keep changes and forgive nonsense in the file', async () => {
    const settings = new SettingsFile(folder);
    expect(await settings.get()).toMatchObject({
      theme: 'system',
      confidence: 0.95,
      defaultObjective: null,
    });
    await settings.set({ theme: 'dark' });
    expect(await new SettingsFile(folder).get()).toMatchObject({ theme: 'dark', confidence: 0.95 });
    await writeFile(join(folder, 'settings.json'), '{"theme": "pink", "confidence": 0.8}');
    expect(await settings.get()).toMatchObject({ theme: 'system', confidence: 0.8 });
  });
});

describe('an atomic write', () => {
  it('leaves the old content and no litter when it fails', async () => {
    const path = join(folder, 'taken');
    await mkdir(path); // a folder cannot be replaced by a file
    await expect(writeFileAtomically(path, 'new')).rejects.toMatchObject({ code: 'E_FILE_WRITE' });
    expect(await readdir(folder)).toEqual(['taken']);
  });
  it('is read back as written', async () => {
    await writeFileAtomically(join(folder, 'new', 'a.json'), '{"a":1}');
    expect(await readJsonFile(join(folder, 'new', 'a.json'))).toEqual({ a: 1 });
    expect(await readJsonFile(join(folder, 'missing.json'))).toBeNull();
  });
});

describe('a project', () => {
  it('is found by its folder or its manifest, under one id', async () => {
    await writeFile(join(folder, 'scalable.yaml'), 'version: 1');
    const byFolder = await findProject(folder);
    const byFile = await findProject(join(folder, '.', 'scalable.yaml'));
    expect(byFile).toEqual(byFolder);
    expect(byFolder.projectId).toMatch(/^[a-f0-9]{16}$/);
  });
  it('that is not there, or is some other file, is said clearly', async () => {
    await expect(findProject(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_PROJECT_NOT_FOUND' });
    await writeFile(join(folder, 'notes.txt'), '');
    await expect(findProject(join(folder, 'notes.txt'))).rejects.toMatchObject({
      code: 'E_PROJECT_NOT_FOUND',
      hint: expect.stringContaining('.yaml'),
    });
  });
  it('can be chosen from a list of folders that marks manifests', async () => {
    for (const name of ['study-10', 'study-9', '.hidden']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'study-9', 'scalable.yml'), '');
    await writeFile(join(folder, 'file.txt'), '');
    const list = await listFolder(folder);
    expect(list.entries.map(({ name, hasManifest }) => [name, hasManifest])).toEqual([
      ['study-9', true],
      ['study-10', false],
    ]);
  });
  it('list the files that may hold history, with their size', async () => {
    for (const name of ['trace-10.txt', 'trace-9.txt', 'JOBS.CSV', 'model.py', '.secret.json'])
      await writeFile(join(folder, name), 'task,peak');
    await mkdir(join(folder, 'table.csv'));
    await symlink(join(folder, 'nowhere'), join(folder, 'broken.csv'));
    const { files, entries } = await listFolder(folder);
    expect(files.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['JOBS.CSV', 9],
      ['trace-9.txt', 9],
      ['trace-10.txt', 9],
    ]);
    expect(entries.map(({ name }) => name)).toEqual(['table.csv']);
  });
  it('list so many, and say how many more there are', async () => {
    await Promise.all(Array.from({ length: 1003 }, (_, i) => writeFile(join(folder, `${i}.csv`), '')));
    const { files, omitted } = await listFolder(folder);
    expect([files.length, omitted]).toEqual([1000, 3]);
  });
});

describe('the sample', () => {
  it('is copied to a new folder each time, without recorded runs', async () => {
    const source = join(folder, 'source');
    await mkdir(join(source, '.scalable'), { recursive: true });
    await writeFile(join(source, 'scalable.yaml'), 'version: 1');
    const first = await copySample(source, folder);
    await writeFile(join(first, 'mine.txt'), 'kept');
    const second = await copySample(source, folder);
    expect([first, second]).toEqual([
      join(folder, 'Scalable', 'energy-forecast'),
      join(folder, 'Scalable', 'energy-forecast-2'),
    ]);
    expect((await readdir(second)).sort()).toEqual(['scalable.yaml']);
    expect(await readFile(join(first, 'mine.txt'), 'utf8')).toBe('kept');
  });
});
