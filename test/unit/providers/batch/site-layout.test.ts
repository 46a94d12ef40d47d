import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalSite } from '../../../../main/connections/local-site.ts';
import { copyName } from '../../../../main/providers/batch/copy-name.ts';
import { siteLayout } from '../../../../main/providers/batch/site-layout.ts';

let base: string;
let project: string;
let work: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'site-layout-'));
  project = join(base, 'project');
  work = join(base, 'work');
  await mkdir(project);
});
afterEach(() => rm(base, { recursive: true, force: true }));

const layout = (more: { projectFolder?: string; projectDir?: string } = {}, site = new LocalSite()) =>
  siteLayout(site, {
    projectFolder: project,
    projectDir: null,
    workDir: work,
    runId: 'run-1',
    copyName: 'project-1',
    ...more,
  });

describe.skipIf(process.platform === 'win32')('where a run on a site finds its project', () => {
  test('is the same folder where one can work in it', async () =>
    expect(await layout()).toEqual({ projectFolder: project, runFolder: `${work}/.scalable/runs/run-1` }));

  test('is a copy below the work folder where there is no such folder', async () =>
    expect(await layout({ projectFolder: join(base, 'laptop') })).toEqual({
      projectFolder: `${work}/.scalable/projects/project-1`,
      runFolder: `${work}/.scalable/runs/run-1`,
      copied: 'not-there',
    }));

  test('is a copy where one may read but not write', async () => {
    // Root may write everywhere, so the site says it.
    const site = new LocalSite();
    const exec = site.exec.bind(site);
    site.exec = async (argv, options) =>
      argv.at(-1) === project ? { exitCode: 0, stdout: 'read\n', stderr: '' } : exec(argv, options);
    expect(await layout({}, site)).toMatchObject({ copied: 'not-writable' });
  });

  test('is where the manifest says, and refused if that is not there', async () => {
    expect(await layout({ projectDir: base })).toMatchObject({ projectFolder: base });
    await expect(layout({ projectDir: join(base, 'none') })).rejects.toMatchObject({
      code: 'E_PROJECT_NOT_ON_SITE',
    });
  });

  test('is refused before anything is submitted where the run’s files cannot be written', async () => {
    work = '/proc/none';
    await expect(layout()).rejects.toMatchObject({ code: 'E_SITE_WORK_DIR' });
  });
});

test('a project keeps the name of its copy, and a copy of the project gets another', async () => {
  const paths = { folder: join(base, '.scalable', 'runs', 'run-1'), journal: '', logs: '', work: '' };
  const name = await copyName(paths, '/home/me/my study');
  expect(name).toMatch(/^my_study-[0-9a-f]{10}$/);
  expect(await copyName(paths, '/home/me/my study')).toBe(name);
  expect(await copyName(paths, '/home/me/my study 2')).not.toBe(name);
});
