import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './modern-node.mjs';

const require = createRequire(join(root, 'package.json'));

/** Fetching is tried for this long: offline it fails at once, behind a silent firewall it would hang. */
const FETCH_TIMEOUT_MS = 90_000;
/** Without a first byte by then the network is closed. */
const CONNECT_TIMEOUT_MS = 8_000;

/** @returns {string | null} path of Electron's program, without ever fetching it */
export function findElectron(env = process.env) {
  const program = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform];
  const name = program ?? 'electron';
  if (env.ELECTRON_OVERRIDE_DIST_PATH) {
    const given = join(env.ELECTRON_OVERRIDE_DIST_PATH, name);
    return existsSync(given) ? given : null;
  }
  const folder = electronPackage();
  if (!folder || !existsSync(join(folder, 'dist', 'version'))) return null;
  const wanted = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  const found = readFileSync(join(folder, 'dist', 'version'), 'utf8')
    .trim()
    .replace(/^v/, '');
  const path = join(folder, 'dist', name);
  return found === wanted && existsSync(path) ? path : null;
}

/**
 * Why Electron cannot be used here, in a few words, or null. What is certain is said before anything is fetched.
 * @returns {string | null}
 */
export function electronObstacle({
  env = process.env,
  platform = process.platform,
  uid = process.getuid?.(),
} = {}) {
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display';
  if (platform === 'linux' && uid === 0) return 'Electron’s sandbox does not work for root';
  return null;
}

/** Lets Electron's own installer fetch the program. @returns {Promise<string | null>} why it failed, or null */
export async function fetchElectron(env = process.env) {
  const folder = electronPackage();
  if (!folder) return 'the electron package is not installed';
  if (!(await canReach(env))) return 'its program is not here and the network does not offer it';
  console.error('Fetching Electron (about 120 MB, once) …');
  const child = spawn(process.execPath, [join(folder, 'install.js')], {
    stdio: 'ignore',
    env,
    timeout: FETCH_TIMEOUT_MS,
  });
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', resolve);
  });
  return code === 0 && findElectron(env) ? null : 'its program could not be fetched';
}

async function canReach(env) {
  if (env.electron_config_cache || env.ELECTRON_MIRROR || env.npm_config_electron_mirror) return true;
  try {
    await fetch('https://github.com', { method: 'HEAD', signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    return true;
  } catch {
    return false; // no answer is the answer
  }
}

function electronPackage() {
  try {
    return dirname(require.resolve('electron/package.json'));
  } catch {
    return null; // installed without development packages
  }
}
