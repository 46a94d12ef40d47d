import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Only one process builds: several commands started at once wait for the first and find its work done. */
export async function withBuildLock(file, work, { timeoutMs = 300_000 } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const giveUp = Date.now() + timeoutMs;
  while (!take(file)) {
    if (Date.now() > giveUp) throw new Error(`Another build holds ${file}; delete it if none is running.`);
    await sleep(150);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!holderIsAlive(file)) rmSync(file, { force: true });
  return false;
}

function holderIsAlive(file) {
  let pid;
  try {
    pid = Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return true; // released just now: the next attempt takes it
    throw error;
  }
  if (!pid) return true; // created, its number not written yet
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
