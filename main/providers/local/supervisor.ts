import { loadLibc } from './libc.ts';
import { PortableSpawner } from './portable-spawner.ts';
import { PosixSpawner } from './posix-spawner.ts';
import type { Spawner } from './spawner.ts';
import { Supervision } from './supervision.ts';
import type { FromSupervisor, ToSupervisor } from './supervisor-protocol.ts';

/**
 * The process that starts, watches and ends the tasks of one cluster. It leads a session of its own, so closing the
 * terminal or the app does not touch it; see supervisor-protocol.ts for what it does then.
 */
async function main(): Promise<void> {
  let supervision: Supervision | null = null;
  const waiting: ToSupervisor[] = [];
  const isForeign = (pid: number) => supervision?.ownsFunctionWorker(pid) ?? false;

  process.on('message', (message: ToSupervisor) => {
    if (supervision) supervision.handle(message);
    else waiting.push(message);
  });
  process.on('disconnect', () => {
    if (supervision) supervision.appIsGone();
    else process.exit(0);
  });
  process.on('SIGHUP', () => undefined);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => supervision?.handle({ type: 'close', drain: false }));
  }

  const spawner = await chooseSpawner(isForeign);
  const open = waiting.shift() ?? (await firstMessage());
  if (open.type !== 'open') throw new Error(`Expected "open", got "${open.type}"`);
  supervision = new Supervision(open.config, spawner, send, () => process.exit(0));
  send({ type: 'ready', pid: process.pid, spawner: spawner.kind });
  for (const message of waiting.splice(0)) supervision.handle(message);

  function firstMessage(): Promise<ToSupervisor> {
    return new Promise((resolve) => process.once('message', () => resolve(waiting.shift() as ToSupervisor)));
  }
}

async function chooseSpawner(isForeign: (pid: number) => boolean): Promise<Spawner> {
  if (process.platform === 'win32' || process.env.SCALABLE_SPAWNER === 'portable')
    return new PortableSpawner();
  try {
    return new PosixSpawner(await loadLibc(), isForeign);
  } catch (error) {
    console.error(`posix_spawn is not available, Node's child_process does the work: ${String(error)}`);
    return new PortableSpawner();
  }
}

function send(message: FromSupervisor): void {
  // A send can fail between the app's death and 'disconnect'; the journal has what matters.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

await main();
