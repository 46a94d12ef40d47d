/** `npm run build [-- --force]`: out/main, out/preload and out/renderer, each only when its sources changed. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PARTS, sourceStamp } from './build-stamp.mjs';
import { withBuildLock } from './lib/build-lock.mjs';
import { needModernNode, root } from './lib/modern-node.mjs';

const RESULTS = {
  main: 'out/main/app/entry.js',
  preload: 'out/preload/index.cjs',
  renderer: 'out/renderer/index.html',
};

const BUILDERS = {
  // Types are checked by `npm run typecheck`; the build only emits, so that starting the app is quick.
  main: async () => {
    await rm(join(root, 'out/main'), { recursive: true, force: true });
    await runNode(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.main.json', '--noCheck']);
  },
  preload: () => runVite('preload'),
  renderer: () => runVite('renderer'),
};

/**
 * Builds what is missing or older than the sources. An installed copy has no sources and is always current.
 * @returns the parts that were built
 */
export async function ensureBuilt({ parts = Object.keys(PARTS), force = false, say = console.error } = {}) {
  if (!existsSync(join(root, 'tsconfig.main.json'))) return [];
  if (!force && (await staleParts(parts)).length === 0) return [];
  return withBuildLock(join(root, 'out/.building'), async () => {
    const stale = force ? parts : await staleParts(parts);
    if (stale.length > 0) say(`Building ${stale.join(', ')} …`);
    for (const part of stale) {
      const stamp = await sourceStamp(PARTS[part]); // before the build: an edit made meanwhile builds again
      await BUILDERS[part]();
      await mkdir(join(root, 'out'), { recursive: true });
      await writeFile(stampFile(part), stamp);
    }
    return stale;
  });
}

async function staleParts(parts) {
  const stale = await Promise.all(
    parts.map(async (part) => {
      if (!existsSync(join(root, RESULTS[part]))) return true;
      const built = await readFile(stampFile(part), 'utf8').catch(() => '');
      return built !== (await sourceStamp(PARTS[part]));
    }),
  );
  return parts.filter((_, index) => stale[index]);
}

function stampFile(part) {
  return join(root, 'out', `.${part}.stamp`);
}

function runVite(mode) {
  return runNode(['node_modules/vite/bin/vite.js', 'build', '--mode', mode, '--logLevel', 'warn']);
}

async function runNode(args) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const text = Buffer.concat(output).toString('utf8').trim();
  if (code !== 0) throw new Error(`${args.slice(0, 2).join(' ')} failed:\n${text}`);
  if (text) console.error(text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await needModernNode();
  const built = await ensureBuilt({ force: process.argv.includes('--force') }).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
  console.error(built.length > 0 ? `Built ${built.join(', ')}.` : 'The build is current.');
}
