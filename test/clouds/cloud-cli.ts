import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '../fixtures/temp-folder.ts';

const CLI = fileURLToPath(new URL('../../main/cli/main.ts', import.meta.url));

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export interface Command {
  /** As `kill -9`. */
  readonly kill: () => void;
  readonly ended: Promise<Said>;
}

/** `scalable ARGUMENTS` in a project's folder, as a process of its own with a home and an environment of its own. */
export function startScalable(
  folder: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Command {
  const home = tempFolder('cloud-home');
  const child = spawn(process.execPath, [CLI, ...argv], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      SCALABLE_CONFIG_DIR: join(home, 'config'),
      AWS_EC2_METADATA_DISABLED: 'true',
      METADATA_SERVER_DETECTION: 'none',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  return {
    kill: () => child.kill('SIGKILL'),
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))),
  };
}
