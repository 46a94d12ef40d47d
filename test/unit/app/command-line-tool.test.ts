import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLineTool, type InstalledApp, installTool } from '../../../main/app/command-line-tool.ts';
import { resourcePath } from '../../../main/platform/resources.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'scalable tool-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const installed = (given: Partial<InstalledApp> = {}): InstalledApp => ({
  platform: 'linux',
  env: { PATH: '/usr/bin:/bin' },
  home,
  program: '/opt/Scalable/scalable-desktop',
  script: '/opt/Scalable/resources/app.asar/bin/scalable.mjs',
  wrapper: '/opt/Scalable/resources/app.asar.unpacked/resources/cli/scalable',
  ...given,
});

describe('the command line tool', () => {
  it('is a link in the user’s own folder, and says whether the shell looks there', () => {
    const tool = commandLineTool(installed());
    expect(tool.path).toBe(`${home}/.local/bin/scalable`);
    expect(tool.content).toEqual({ kind: 'link', to: installed().wrapper });
    expect(tool.onPath).toBe(false);
    const path = `/bin:${home}/.local/bin`;
    expect(commandLineTool(installed({ env: { PATH: path } })).onPath).toBe(true);
  });
  it('is a command file on Windows, where a percent sign in a path stays one', () => {
    const tool = commandLineTool(
      installed({
        platform: 'win32',
        env: { LOCALAPPDATA: 'C:\\L' },
        program: 'C:\\100% mine\\Scalable.exe',
      }),
    );
    expect(tool.path).toBe('C:\\L\\Microsoft\\WindowsApps\\scalable.cmd');
    expect(tool.content.kind === 'script' && tool.content.text).toContain('"C:\\100%% mine\\Scalable.exe" "');
  });
  it('replaces an earlier one of its own and no other program', async () => {
    const tool = commandLineTool(installed());
    await installTool(tool);
    await installTool(tool);
    expect(await readlink(tool.path)).toBe(installed().wrapper);
    const image = commandLineTool(installed({ env: { APPIMAGE: '/a/Scalable.AppImage' } }));
    await installTool(image);
    await installTool(tool);
    await rm(tool.path);
    await writeFile(tool.path, '#!/bin/sh\necho mine\n');
    await expect(installTool(tool)).rejects.toMatchObject({ code: 'E_TOOL_EXISTS' });
    expect(await readFile(tool.path, 'utf8')).toContain('echo mine');
  });
});

describe.skipIf(process.platform === 'win32')('the installed command', () => {
  const PROGRAM = '#!/bin/sh\necho "$ELECTRON_RUN_AS_NODE"; for each in "$@"; do echo "$each"; done\n';
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { encoding: 'utf8' }).trimEnd().split('\n');

  it.each([
    ['Linux', 'resources', 'scalable-desktop'],
    ['macOS', 'Resources', 'MacOS/Scalable'],
  ])(
    'starts the app of %s through the link, as Node, with its arguments',
    async (_system, resources, program) => {
      const app = join(home, 'Scalable App');
      const wrapper = join(app, resources, 'app.asar.unpacked', 'resources', 'cli', 'scalable');
      await mkdir(dirname(wrapper), { recursive: true });
      await copyFile(resourcePath('cli', 'scalable'), wrapper);
      await mkdir(dirname(join(app, program)), { recursive: true });
      await writeFile(join(app, program), PROGRAM, { mode: 0o755 });
      const tool = commandLineTool(installed({ wrapper }));
      await installTool(tool);
      expect(run(tool.path, 'plan', 'a b.yaml', '$HOME')).toEqual([
        '1',
        join(app, resources, 'app.asar', 'bin', 'scalable.mjs'),
        'plan',
        'a b.yaml',
        '$HOME',
      ]);
    },
  );
  it('starts an AppImage wherever it is mounted', async () => {
    const image = join(home, "Ada's Scalable.AppImage");
    const mounted = join(home, 'mount');
    const script = join(mounted, 'resources', 'app.asar', 'bin', 'scalable.mjs');
    await mkdir(dirname(script), { recursive: true });
    await writeFile(script, 'console.log(process.argv.slice(1).join("\\n"));');
    await writeFile(image, `#!/bin/sh\nAPPDIR='${mounted}' exec '${process.execPath}' "$@"\n`, {
      mode: 0o755,
    });
    const tool = commandLineTool(installed({ env: { APPIMAGE: image } }));
    await installTool(tool);
    expect(run(tool.path, 'run', '--format', 'a b')).toEqual([script, 'run', '--format', 'a b']);
  });
});
