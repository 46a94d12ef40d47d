import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalSite } from '../../../../main/connections/local-site.ts';
import type { DeploymentSpec } from '../../../../main/manifest/spec.ts';
import type { TransferOptions } from '../../../../main/providers/site.ts';
import { type StagingOptions, stageProject } from '../../../../main/session/staging/stage-project.ts';

/** This machine as the site, counting what is asked of it. */
class CountingSite extends LocalSite {
  commands = 0;
  written: string[] = [];
  /** What else happens on this machine meanwhile. */
  afterWrite: (path: string) => Promise<void> = async () => undefined;

  override exec(...call: Parameters<LocalSite['exec']>): ReturnType<LocalSite['exec']> {
    this.commands++;
    return super.exec(...call);
  }

  override async writeFile(...call: Parameters<LocalSite['writeFile']>): Promise<void> {
    this.written.push(call[0]);
    await super.writeFile(...call);
    await this.afterWrite(call[0]);
  }

  override upload(local: string, path: string, options?: TransferOptions): Promise<void> {
    this.written.push(path);
    return super.upload(local, path, options);
  }
}

let base: string;
let project: string;
let copy: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'staging '));
  project = join(base, "it's a $(project)");
  copy = join(base, 'site', 'copy');
  await put('model.py', 'print(1)');
  await put('data/ähm; "x"\n.csv', 'a,b');
});
afterEach(() => rm(base, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('the copy of a project on a site', () => {
  test('is the project, whatever its files are called', async () => {
    const made = await stage(new CountingSite());
    expect(made).toMatchObject({ files: 2, changed: 2, doneBytes: 11, totalBytes: 11 });
    expect(await readFile(join(copy, 'data/ähm; "x"\n.csv'), 'utf8')).toBe('a,b');
    expect(await readFile(join(copy, 'model.py'), 'utf8')).toBe('print(1)');
  });

  test('is brought up to date: only what changed is copied, what was deleted goes, results stay', async () => {
    await stage(new CountingSite());
    await writeFile(join(copy, 'result.txt'), 'of a task');
    await put('model.py', 'print(2)');
    await rm(join(project, 'data'), { recursive: true });
    const site = new CountingSite();
    expect(await stage(site)).toMatchObject({ files: 1, changed: 1 });
    expect(await readFile(join(copy, 'model.py'), 'utf8')).toBe('print(2)');
    expect(await readdir(join(copy, 'data'))).toEqual([]);
    expect(await readFile(join(copy, 'result.txt'), 'utf8')).toBe('of a task');
  });

  test('costs one command and no byte when nothing changed, however many files there are', async () => {
    for (let n = 0; n < 60; n++) await put(`many/${n}`, String(n));
    await stage(new CountingSite());
    const site = new CountingSite();
    expect(await stage(site)).toMatchObject({ files: 62, changed: 0 });
    expect(site).toMatchObject({ commands: 1, written: [] });
  });

  test('is repaired where a task wrote over a file of the project', async () => {
    await stage(new CountingSite());
    await writeFile(join(copy, 'model.py'), 'print(7)');
    await stage(new CountingSite());
    expect(await readFile(join(copy, 'model.py'), 'utf8')).toBe('print(1)');
  });

  test('has programs that can be started, large ones too', async () => {
    await put('small.sh', 'true');
    await put('large.bin', 'x'.repeat(5 * 2 ** 20));
    for (const name of ['small.sh', 'large.bin']) await chmod(join(project, name), 0o755);
    const site = new CountingSite();
    await stage(site);
    const modes = await site.exec(['find', copy, '-perm', '-u+x', '-type', 'f']);
    expect(modes.stdout.trim().split('\n').sort()).toEqual([join(copy, 'large.bin'), join(copy, 'small.sh')]);
  });

  test('has files instead of links, and goes round no circle', async () => {
    await symlink(join(project, 'model.py'), join(project, 'link.py'));
    await symlink(project, join(project, 'data', 'above'));
    await symlink('/nowhere', join(project, 'dangling'));
    expect(await stage(new CountingSite())).toMatchObject({ files: 3 });
    expect(await readFile(join(copy, 'link.py'), 'utf8')).toBe('print(1)');
  });

  test('leaves outputs and what .scalableignore names at home', async () => {
    await put('outputs/run-1/result', 'x');
    await put('secret/key', 'x');
    await put('.git/HEAD', 'x');
    await put('.scalableignore', 'secret/\n');
    await stage(new CountingSite());
    expect((await readdir(copy)).sort()).toEqual(['.scalable', '.scalableignore', 'data', 'model.py']);
  });

  test('can be stopped, keeps what is there, and goes on from it', async () => {
    for (let n = 0; n < 30; n++) await put(`many/${n}`, String(n));
    const stop = new AbortController();
    const first = new CountingSite();
    const stopped = stage(first, {
      signal: stop.signal,
      onProgress: ({ doneBytes }) => doneBytes > 10 && stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({
      code: 'E_CANCELLED',
      message: expect.stringMatching(/was stopped, and no run was started/),
      hint: expect.stringContaining('the next start goes on from it'),
    });
    const second = new CountingSite();
    const { files, changed } = await stage(second);
    expect(files).toBe(32);
    expect(changed).toBe(32 - first.written.length);
    expect(changed).toBeGreaterThan(0);
  });

  test('has the newer state of a file that changed while it was copied; one that never rests is named', async () => {
    const changing = (times: number) => {
      const site = new CountingSite();
      let left = times;
      site.afterWrite = async (path) => {
        if (path.endsWith('model.py') && left-- > 0) await put('model.py', `print(${left} + 10)`);
      };
      return site;
    };
    await stage(changing(1));
    expect(await readFile(join(copy, 'model.py'), 'utf8')).toBe('print(0 + 10)');
    await put('model.py', 'print(3)');
    await expect(stage(changing(9))).rejects.toMatchObject({
      code: 'E_TRANSFER_DAMAGED',
      message: expect.stringContaining('model.py'),
      hint: expect.stringContaining('.scalableignore'),
    });
  });

  test('is refused, with the largest folders named, when it is too much', async () => {
    await put('raw/huge.nc', '');
    const { truncate } = await import('node:fs/promises');
    await truncate(join(project, 'raw/huge.nc'), 3 * 2 ** 30);
    await expect(stage(new CountingSite())).rejects.toMatchObject({
      code: 'E_PROJECT_TOO_LARGE',
      message: expect.stringContaining('raw/ (1 files'),
    });
  });
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, path)), { recursive: true });
  await writeFile(join(project, path), text);
}

function stage(site: LocalSite, options: StagingOptions = {}) {
  const spec = { projectFolder: project, project: { name: 'p', defaultStorage: './outputs' } };
  return stageProject(site, spec as unknown as DeploymentSpec, copy, options);
}
