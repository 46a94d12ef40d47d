import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const PACKAGES = [
  'slurmctld',
  'slurmd',
  'slurmdbd',
  'slurm-client',
  'slurm-wlm-basic-plugins',
  'slurm-wlm-mysql-plugin',
  'munge',
  'mariadb-server',
  'openssh-server',
  'openssh-sftp-server',
];
const PROGRAMS = [
  'slurmctld',
  'slurmd',
  'slurmdbd',
  'munged',
  'mariadbd',
  'mariadb-install-db',
  'sshd',
  'sbatch',
];
const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];
const POLICY = '/usr/sbin/policy-rc.d';

/** Why no Slurm can be brought up here; null when all it needs is installed (now). */
export function reasonWithoutSlurm(): string | null {
  if (process.platform !== 'linux') return 'a real Slurm is brought up on Linux only';
  if (process.getuid?.() !== 0) return 'bringing up a real Slurm needs root';
  if (missing().length === 0) return null;
  if (!existsSync('/usr/bin/apt-get'))
    return `${missing().join(', ')} not installed, and there is no apt-get`;
  const failure = install();
  if (missing().length === 0) return null;
  return `${missing().join(', ')} could not be installed${failure === null ? '' : `: ${failure}`}`;
}

function missing(): readonly string[] {
  return PROGRAMS.filter((name) => !FOLDERS.some((folder) => existsSync(`${folder}/${name}`)));
}

/** The last line of what went wrong, or null. No service of the packages is started meanwhile. */
function install(): string | null {
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const options = ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Options::=--force-confold'];
    apt([...options, 'update']);
    return apt([...options, 'install', '-y', '--no-install-recommends', ...PACKAGES]);
  } finally {
    if (ownPolicy) rmSync(POLICY, { force: true });
  }
}

function apt(argv: readonly string[]): string | null {
  const { status, stderr } = spawnSync('apt-get', argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 600_000,
  });
  return status === 0 ? null : (stderr.trim().split('\n').at(-1) ?? 'apt-get failed');
}
