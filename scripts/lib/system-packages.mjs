import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What some tests need from the system, and how Debian calls it. */
const NEEDED = [
  {
    program: 'chromium',
    others: ['chromium-browser', 'google-chrome'],
    debian: 'chromium',
    for: 'browser tests',
  },
  { program: 'python3', others: ['python'], debian: 'python3', for: 'tests of Python tasks' },
  { program: 'sshd', others: [], debian: 'openssh-server', for: 'tests over SSH' },
  { program: 'ssh-keygen', others: [], debian: 'openssh-client', for: 'keys of those tests' },
];

const POLICY = '/usr/sbin/policy-rc.d';

/** Installs what is missing where that may be done unasked: on Debian, as root. Elsewhere those tests are skipped. */
export function installMissing(say = console.error) {
  const missing = NEEDED.filter(({ program, others }) => ![program, ...others].some(isOnPath));
  const browserGiven = existsSync(process.env.SCALABLE_CHROMIUM ?? '');
  const wanted = missing.filter(({ debian }) => !(debian === 'chromium' && browserGiven));
  if (wanted.length === 0 || process.platform !== 'linux') return;
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) return;
  say(`Installing ${wanted.map(({ debian, for: use }) => `${debian} (for ${use})`).join(' and ')} …`);
  const run = (...args) =>
    spawnSync('apt-get', ['-qq', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
      timeout: 600_000,
    });
  run('update');
  const result = withoutServices(() =>
    run('install', '-y', '--no-install-recommends', ...wanted.map(({ debian }) => debian)),
  );
  if (result.status !== 0) say(`That did not work: ${String(result.stderr).trim().split('\n').at(-1)}`);
}

/** Packages with a daemon would start it: the tests bring up their own. */
function withoutServices(install) {
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    if (ownPolicy) rmSync(POLICY, { force: true });
  }
}

function isOnPath(program) {
  // Daemons are beside the PATH of ordinary users.
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].some(
    (folder) => folder && existsSync(join(folder, program)),
  );
}
