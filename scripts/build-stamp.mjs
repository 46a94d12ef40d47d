import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './lib/modern-node.mjs';

/** What each part of the build is made from. A change elsewhere does not rebuild it. */
export const PARTS = {
  main: ['main', 'tsconfig.base.json', 'tsconfig.main.json'],
  preload: ['preload', 'main/api/bridge.ts', 'vite.config.ts'],
  renderer: ['renderer', 'main', 'vite.config.ts', 'tsconfig.base.json', 'package-lock.json'],
};

/** SHA-256 over names and contents, so that a fresh clone and an unpacked copy agree whatever their dates say. */
export async function sourceStamp(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of await filesBelow(path)) {
      hash
        .update(`${file}\0`)
        .update(await readFile(join(root, file)))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesBelow(path) {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (entries === null) return [path];
  const nested = await Promise.all(
    entries
      .filter((entry) => !entry.name.startsWith('.') && entry.name !== '__pycache__')
      .map((entry) =>
        entry.isDirectory() ? filesBelow(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
      ),
  );
  return nested.flat().sort();
}
