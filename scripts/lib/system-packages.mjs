import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
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
];

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
  const result = run('install', '-y', '--no-install-recommends', ...wanted.map(({ debian }) => debian));
  if (result.status !== 0) say(`That did not work: ${String(result.stderr).trim().split('\n').at(-1)}`);
}

function isOnPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder && existsSync(join(folder, program)));
}
