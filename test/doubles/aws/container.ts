import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Runs what a container would run as a process of this machine, in a mount and process namespace of its own, so that the task's
 * volume is found where it would be found in the container. Everything in it ends with its first process, as in a container.
 */
export class Container {
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;

  constructor(options: {
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** Where the image's programs are found; absent: those of this machine. */
    readonly path?: string;
    /** Folder here → path inside, which lies below /mnt. */
    readonly volume: string;
    readonly at: string;
    readonly onOutput: (line: string) => void;
  }) {
    const mount = `mount -t tmpfs none /mnt && mkdir -p "$1" && mount --bind "$0" "$1" && shift && cd / && PATH=$IMAGE_PATH && unset IMAGE_PATH && exec "$@"`;
    this.#child = spawn(
      'unshare',
      [...NAMESPACES, 'sh', '-c', mount, options.volume, options.at, ...options.argv],
      {
        env: { HOME: '/root', ...options.env, PATH, IMAGE_PATH: options.path ?? PATH },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => options.onOutput(chunk.toString('utf8')));
    this.ended = new Promise((resolve) => {
      this.#child.on('error', () => resolve(127));
      this.#child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
    });
  }

  /** To the first process inside, from outside. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    if (signal === 'SIGKILL') {
      this.#child.kill('SIGKILL');
      return;
    }
    for (const inner of children(pid)) {
      try {
        process.kill(inner, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }
}

const PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'];

/** Why containers cannot be played on this machine; null: they can. */
export function whyNoContainers(): string | null {
  for (const [program, option] of [
    ['curl', '--version'],
    ['unshare', '--version'],
  ] as const)
    if (spawnSync(program, [option]).status !== 0) return `${program} is not installed`;
  const tried = spawnSync('unshare', [...NAMESPACES, 'mount', '-t', 'tmpfs', 'none', '/mnt'], {
    encoding: 'utf8',
  });
  return tried.status === 0 ? null : `namespaces cannot be made here: ${tried.stderr.trim()}`;
}

function children(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
