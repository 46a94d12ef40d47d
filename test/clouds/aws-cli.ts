import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AwsCloud } from '../doubles/aws/aws-cloud.ts';

const CLI = fileURLToPath(new URL('../../main/cli/main.ts', import.meta.url));

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `scalable ARGUMENTS` in a project's folder, as a process of its own that finds AWS at the double. */
export function scalable(
  cloud: AwsCloud,
  folder: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const home = mkdtempSync(join(tmpdir(), 'aws-home-'));
  const child = spawn(process.execPath, [CLI, ...argv], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      SCALABLE_CONFIG_DIR: join(home, 'config'),
      AWS_EC2_METADATA_DISABLED: 'true',
      ...cloud.env(),
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
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
