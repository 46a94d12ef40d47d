import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runPaths, workspacePaths } from '../../main/platform/paths.ts';
import { adoptAttempts } from '../../main/providers/local/adopt.ts';
import { readJournal } from '../../main/providers/local/journal.ts';
import type { AdoptedAttempt } from '../../main/providers/provider.ts';

let folder: string;
let app: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scalable-adopt-'));
});
afterEach(() => {
  app.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
const paths = () => runPaths(workspacePaths(folder), 'run-1');

/** An app of its own that starts: one short instance, one of a second, and ten more that wait for a worker. */
async function startApp(): Promise<void> {
  app = spawn(process.execPath, [fileURLToPath(new URL('./local-app-to-kill.ts', import.meta.url)), folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await waitUntil(() => journal().some((e) => e.type === 'started' && e.instanceId === 'long'));
  await waitUntil(() => journal().some((e) => e.type === 'finished' && e.instanceId === 'short'));
}
const journal = () => readJournal(paths().journal);

async function waitUntil(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('What was expected did not happen within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
const adopt = () => adoptAttempts(paths(), { signal: new AbortController().signal });
async function all(ends: AsyncIterable<AdoptedAttempt>): Promise<AdoptedAttempt[]> {
  const list: AdoptedAttempt[] = [];
  for await (const end of ends) list.push(end);
  return list;
}

test('after kill -9 of the app what runs ends by itself, nothing new starts, and nothing is lost', async () => {
  await startApp();
  app.kill('SIGKILL');
  const adoption = await adopt();
  expect(adoption.finished.map((a) => a.instanceId)).toContain('short');
  expect(adoption.running).toEqual([{ instanceId: 'long', attempt: 1 }]);
  expect(adoption.lost).toEqual([]);
  const ends = await all(adoption.ends);
  expect(ends).toHaveLength(1);
  expect(ends[0]).toMatchObject({ instanceId: 'long', result: { outcome: 'succeeded', exitCode: 0 } });
  expect(journal().filter((e) => e.type === 'started' && e.instanceId.startsWith('waiting'))).toEqual([]);
  const supervisor = journal().find((e) => e.type === 'supervisor')!;
  await waitUntil(() => !('pid' in supervisor) || !isAlive(supervisor.pid!));
});

test('when app and supervisor are both killed what ran is ended and lost', async () => {
  await startApp();
  const [supervisor, long] = [
    journal().find((e) => e.type === 'supervisor')!,
    journal().find((e) => e.type === 'started' && e.instanceId === 'long')!,
  ];
  app.kill('SIGKILL');
  process.kill((supervisor as { pid: number }).pid, 'SIGKILL');
  await waitUntil(() => !isAlive((supervisor as { pid: number }).pid));
  expect(isAlive((long as { pid: number }).pid)).toBe(true);
  const adoption = await adopt();
  expect(adoption.running).toEqual([]);
  expect(adoption.lost).toEqual([{ instanceId: 'long', attempt: 1 }]);
  expect(isAlive((long as { pid: number }).pid)).toBe(false);
  expect(await all(adoption.ends)).toEqual([]);
});

test('when the supervisor dies while its attempts are waited for, they are lost', async () => {
  await startApp();
  const supervisor = journal().find((e) => e.type === 'supervisor') as { pid: number };
  app.kill('SIGKILL');
  const adoption = await adopt();
  process.kill(supervisor.pid, 'SIGKILL');
  const ends = await all(adoption.ends);
  expect(ends.map((end) => end.result.outcome)).toEqual(['lost']);
});

test('when only the supervisor is killed the app goes on: what ran is lost, what waited runs', async () => {
  await startApp();
  const supervisor = journal().find((e) => e.type === 'supervisor') as { pid: number };
  process.kill(supervisor.pid, 'SIGKILL');
  await waitUntil(() => existsSync(join(folder, 'events.json')));
  const events = JSON.parse(readFileSync(join(folder, 'events.json'), 'utf8')) as Record<string, string>;
  expect(events.long).toBe('lost');
  expect(events['waiting.0']).toBe('succeeded');
  expect(Object.keys(events)).toHaveLength(5);
});
