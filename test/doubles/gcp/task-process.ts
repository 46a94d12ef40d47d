import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from './answers.ts';

interface Runnable {
  readonly container?: {
    readonly imageUri?: string;
    readonly entrypoint?: string;
    readonly commands?: readonly string[];
  };
  readonly script?: { readonly text?: string; readonly path?: string };
}

export interface Volume {
  readonly gcs?: { readonly remotePath?: string };
  readonly mountPath?: string;
}

/**
 * Puts the bucket's folder where machines would mount the bucket. Only below this machine's folder for temporary files: the
 * double does not pretend to have machines of its own.
 */
export function mount({ gcs, mountPath }: Volume, root: string): void {
  const [bucket = ''] = (gcs?.remotePath ?? '').split('/');
  const folder = join(root, bucket);
  if (!mountPath?.startsWith('/tmp/'))
    throw new Refusal(400, `The double mounts below /tmp, not at ${mountPath}`);
  if (!existsSync(folder)) throw new Refusal(404, `The bucket ${bucket} does not exist`);
  mkdirSync(dirname(mountPath), { recursive: true });
  try {
    symlinkSync(folder, mountPath);
  } catch (error) {
    if (readlinkSync(mountPath) !== folder) throw error;
  }
}

/** Runs a task's work as a process of this machine in a group of its own. A container's image is not looked at: the machine is it. */
export function startTask(
  { container, script }: Runnable,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const argv = container
    ? [container.entrypoint ?? '/bin/sh', ...(container.commands ?? [])]
    : ['/bin/sh', '-c', script?.text ?? ''];
  const [program = '/bin/sh', ...rest] = argv;
  return spawn(program, rest, {
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/tmp', ...env },
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
}

/** The whole group, as a machine that goes away takes everything on it along. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
