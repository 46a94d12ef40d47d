import { chmod, lstat, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, posix, win32 } from 'node:path';
import { AppError, systemErrorCode } from '../platform/errors.ts';

export interface InstalledApp {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The running program. */
  readonly program: string;
  /** `bin/scalable.mjs` of the app. */
  readonly script: string;
  /** The wrapper among the app's resources, for systems with links. */
  readonly wrapper: string;
}

/** What makes `scalable` a command of the user's shell. */
export interface CommandLineTool {
  readonly path: string;
  readonly content:
    | { readonly kind: 'link'; readonly to: string }
    | { readonly kind: 'script'; readonly text: string };
  /** The folder is among those in which the shell looks, as far as the app can see. */
  readonly onPath: boolean;
}

/** Tells our files from a user's own. */
const MARK = 'Made by Scalable';

/**
 * A link to the wrapper, so that an updated app is found by itself. An AppImage is mounted somewhere else each time, so
 * there it is a script that names the image; on Windows links need rights that users do not have, and the folder is
 * one that Windows searches.
 */
export function commandLineTool({
  platform,
  env,
  home,
  program,
  script,
  wrapper,
}: InstalledApp): CommandLineTool {
  if (platform === 'win32') {
    const local = env.LOCALAPPDATA ?? win32.join(home, 'AppData', 'Local');
    const folder = win32.join(local, 'Microsoft', 'WindowsApps');
    const quoted = (path: string) => `"${path.replaceAll('%', '%%')}"`;
    const text = [
      '@echo off',
      `rem ${MARK}.`,
      'setlocal',
      'set ELECTRON_RUN_AS_NODE=1',
      `${quoted(program)} ${quoted(script)} %*`,
      '',
    ].join('\r\n');
    return { path: win32.join(folder, 'scalable.cmd'), content: { kind: 'script', text }, onPath: true };
  }
  const folder = posix.join(home, '.local', 'bin');
  return {
    path: posix.join(folder, 'scalable'),
    content: env.APPIMAGE
      ? { kind: 'script', text: appImageScript(env.APPIMAGE) }
      : { kind: 'link', to: wrapper },
    onPath: (env.PATH ?? '').split(':').includes(folder),
  };
}

function appImageScript(image: string): string {
  const start =
    'const f=process.env.APPDIR+"/resources/app.asar/bin/scalable.mjs";process.argv.splice(1,0,f);import(f)';
  return [
    '#!/bin/sh',
    `# ${MARK}.`,
    `ELECTRON_RUN_AS_NODE=1 exec '${image.replaceAll("'", `'\\''`)}' -e '${start}' -- "$@"`,
    '',
  ].join('\n');
}

/** Puts it in place, over an earlier one of ours. @throws AppError E_TOOL_EXISTS, E_TOOL_WRITE */
export async function installTool({ path, content }: CommandLineTool): Promise<void> {
  try {
    if (!(await mayReplace(path)))
      throw new AppError({
        code: 'E_TOOL_EXISTS',
        message: `There is another program at ${path}.`,
        hint: 'Move it away first, then install the command again.',
      });
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    if (content.kind === 'link') await symlink(content.to, path);
    else {
      await writeFile(path, content.text);
      await chmod(path, 0o755);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      {
        code: 'E_TOOL_WRITE',
        message: `${path} cannot be written.`,
        hint: 'Check the permissions of its folder and that the disk has room.',
      },
      { cause: error },
    );
  }
}

async function mayReplace(path: string): Promise<boolean> {
  try {
    if ((await lstat(path)).isSymbolicLink())
      return /[\\/]resources[\\/]cli[\\/]scalable$/.test(await readlink(path));
    return (await readFile(path, 'utf8')).includes(MARK);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return true;
    throw error;
  }
}
