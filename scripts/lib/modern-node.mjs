import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const NEEDED = [22, 18];

/** Node 22.18 is the first that runs TypeScript files and the packages used here. */
export function isModern(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/**
 * Runs the calling script again on the Node that `npm ci` installed when the system's is too old. Returns only
 * on a Node that is new enough, so callers import everything else after it.
 */
export async function needModernNode() {
  if (isModern()) return;
  const local = join(root, 'node_modules', '.bin', 'node');
  if (!existsSync(local) || process.env.SCALABLE_NODE_TRIED) {
    console.error(
      `This is Node ${process.versions.node}; Scalable needs Node ${NEEDED.join('.')} or newer.\n` +
        'Install it from https://nodejs.org, or run `npm ci` here on Linux x64, which brings its own.',
    );
    process.exit(1);
  }
  const child = spawn(local, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, SCALABLE_NODE_TRIED: '1' },
  });
  // A terminal sends Ctrl-C to both; the child decides what it means. A signal sent to us alone is passed on.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  await new Promise((resolve) =>
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
      resolve();
    }),
  );
  process.exit();
}
