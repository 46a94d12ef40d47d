import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClusterFacts, log, NODES, run } from './configuration.ts';

export type DaemonName = 'munged' | 'mariadbd' | 'slurmdbd' | 'slurmctld' | 'sshd' | (typeof NODES)[number];

/** In the order in which they are started; stopped the other way round. */
export const DAEMONS: readonly DaemonName[] = [
  'munged',
  'mariadbd',
  'slurmdbd',
  'slurmctld',
  ...NODES,
  'sshd',
];

interface Recipe {
  readonly argv: readonly string[];
  readonly owner: 'root' | 'munge' | 'mysql' | 'slurm';
  readonly env?: Readonly<Record<string, string>>;
}

function recipe(facts: ClusterFacts, name: DaemonName): Recipe {
  const { folder, slurmConf } = facts;
  const socket = run(folder, 'mariadb/socket');
  switch (name) {
    case 'munged':
      return {
        argv: [
          'munged',
          '--foreground',
          '--force',
          `--key-file=${folder}/munge/key`,
          `--socket=${run(folder, 'munge/socket')}`,
          `--pid-file=${run(folder, 'munge/munged.pid')}`,
          `--log-file=${folder}/munge/munged.log`,
          `--seed-file=${folder}/munge/seed`,
        ],
        owner: 'munge',
      };
    case 'mariadbd':
      return {
        argv: [
          'mariadbd',
          '--no-defaults',
          `--datadir=${folder}/mariadb`,
          `--socket=${socket}`,
          `--pid-file=${run(folder, 'mariadb/pid')}`,
          '--skip-networking',
          '--skip-name-resolve',
          '--innodb-buffer-pool-size=64M',
          '--innodb-lock-wait-timeout=900',
          '--innodb-flush-log-at-trx-commit=0',
        ],
        owner: 'mysql',
      };
    case 'slurmdbd':
      return { argv: ['slurmdbd', '-D'], owner: 'slurm', env: { MYSQL_UNIX_PORT: socket } };
    case 'slurmctld':
      return { argv: ['slurmctld', '-D', '-f', slurmConf], owner: 'slurm' };
    case 'sshd':
      return { argv: ['/usr/sbin/sshd', '-D', '-e', '-f', `${folder}/ssh/sshd_config`], owner: 'root' };
    default:
      return { argv: ['slurmd', '-D', '-f', slurmConf, '-N', name], owner: 'root' };
  }
}

/** Uid and gid of a system user. */
export function idsOf(user: string): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  if (line === undefined) throw new Error(`There is no user ${user}`);
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Starts it where it does not run. Resolves at once; whether it works is asked by the caller. */
export function startDaemon(facts: ClusterFacts, name: DaemonName): void {
  if (pidOf(facts, name) !== null) return;
  const { argv, owner, env } = recipe(facts, name);
  const output = openSync(log(facts.folder, `${name}.out`), 'a');
  mkdirSync('/run/sshd', { recursive: true });
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    cwd: '/',
    detached: true,
    stdio: ['ignore', output, output],
    ...(owner === 'root' ? {} : idsOf(owner)),
    env: {
      PATH,
      HOME: '/',
      LANG: 'C.UTF-8',
      SLURM_CONF: facts.slurmConf,
      SCALABLE_TEST_CLUSTER: facts.folder,
      ...env,
    },
  });
  child.on('error', (error) => writeFileSync(output, `${error.message}\n`));
  child.unref();
  closeSync(output);
  if (child.pid === undefined) throw new Error(`${name} could not be started`);
  writeFileSync(pidFile(facts, name), `${child.pid} ${startTime(child.pid) ?? ''}`);
}

const pidFile = (facts: ClusterFacts, name: DaemonName) => run(facts.folder, `${name}.ours`);

/** Null when it does not run; a pid that belongs to another process by now does not count. */
export function pidOf(facts: ClusterFacts, name: DaemonName): number | null {
  let text: string;
  try {
    text = readFileSync(pidFile(facts, name), 'utf8');
  } catch {
    return null; // never started
  }
  const [pid, start] = text.split(' ');
  return pid && start && startTime(Number(pid)) === start ? Number(pid) : null;
}

/** When a process began, which tells it from a later one of the same number; null when it has ended. */
function startTime(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

export async function stopDaemon(facts: ClusterFacts, name: DaemonName, signal: NodeJS.Signals = 'SIGTERM') {
  const pid = pidOf(facts, name);
  if (pid === null) return;
  await end([pid], signal, name === 'mariadbd' ? 30 : 10);
  rmSync(pidFile(facts, name), { force: true });
}

/** What is left of jobs and logins: processes of the cluster's own user, and the shepherds of jobs. */
export async function endLeftovers(facts: ClusterFacts): Promise<void> {
  const pids = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => belongsTo(facts, pid));
  await end(pids, 'SIGKILL', 5);
}

function belongsTo(facts: ClusterFacts, pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    if (statSync(`/proc/${pid}`).uid === facts.uid) return true;
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return environment.includes(`SCALABLE_TEST_CLUSTER=${facts.folder}`);
  } catch {
    return false; // ended meanwhile
  }
}

async function end(pids: readonly number[], signal: NodeJS.Signals, seconds: number): Promise<void> {
  const alive = () => pids.filter((pid) => startTime(pid) !== null);
  const tell = (how: NodeJS.Signals) => {
    for (const pid of alive()) process.kill(pid, how);
  };
  tell(signal);
  for (const until = Date.now() + seconds * 1000; alive().length > 0 && Date.now() < until; ) await sleep(50);
  tell('SIGKILL');
  for (const until = Date.now() + 5000; alive().length > 0 && Date.now() < until; ) await sleep(50);
}
