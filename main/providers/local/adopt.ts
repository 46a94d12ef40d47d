import { setTimeout as wait } from 'node:timers/promises';
import { systemErrorCode } from '../../platform/errors.ts';
import type { RunPaths } from '../../platform/paths.ts';
import type { AdoptedAttempt, Adoption } from '../provider.ts';
import { type JournalEntry, readJournal } from './journal.ts';
import { notStarted } from './not-started.ts';
import { readProc, readStat, treeOf } from './process-tree.ts';

type Started = Extract<JournalEntry, { type: 'started' }>;
type Supervisor = Extract<JournalEntry, { type: 'supervisor' }>;

const LOOK_EVERY_MS = 200;
/** A process that began so much later than its journal line is another one with the same number. */
const START_TOLERANCE_MS = 3000;

/** What the journal of a run says, apart from what is true outside it. */
export interface JournalState {
  readonly finished: readonly AdoptedAttempt[];
  readonly unfinished: readonly Started[];
  readonly supervisors: readonly Supervisor[];
}

export function journalState(entries: readonly JournalEntry[]): JournalState {
  const finished = new Map<string, AdoptedAttempt>();
  const started = new Map<string, Started>();
  const supervisors: Supervisor[] = [];
  for (const entry of entries) {
    if (entry.type === 'supervisor') supervisors.push(entry);
    else if (entry.type === 'started') started.set(keyOf(entry), entry);
    else {
      const { instanceId, attempt, startedAt, at, result } = entry;
      finished.set(keyOf(entry), { instanceId, attempt, startedAt, at, result });
      started.delete(keyOf(entry));
    }
  }
  return { finished: [...finished.values()], unfinished: [...started.values()], supervisors };
}

/**
 * Finds the attempts of a run again whose app went away. Ended ones are read from the journal. Running ones are waited
 * for while their supervisor lives. Without a supervisor nobody can say how they end: what is left of them is killed,
 * and they are lost.
 */
export async function adoptAttempts(paths: RunPaths, options: { signal: AbortSignal }): Promise<Adoption> {
  const { finished, unfinished, supervisors } = journalState(readJournal(paths.journal));
  const watched = unfinished.filter((entry) => isAlive(supervisorOf(entry, supervisors)));
  const lost = unfinished.filter((entry) => !watched.includes(entry));
  await Promise.all(lost.map(endOrphan));
  return {
    finished,
    running: watched.map(idsOf),
    ends: waitForEnds(paths.journal, watched, supervisors, options.signal),
    lost: lost.map(idsOf),
    cancel: async (instanceIds) => {
      const ids = new Set(instanceIds);
      await Promise.all(watched.filter(({ instanceId }) => ids.has(instanceId)).map(endOrphan));
    },
  };
}

/** Kills what attempts without a supervisor left running. */
export async function endOrphans(journal: string): Promise<void> {
  const { unfinished, supervisors } = journalState(readJournal(journal));
  const orphans = unfinished.filter((entry) => !isAlive(supervisorOf(entry, supervisors)));
  await Promise.all(orphans.map(endOrphan));
}

async function* waitForEnds(
  journal: string,
  running: readonly Started[],
  supervisors: readonly Supervisor[],
  signal: AbortSignal,
): AsyncGenerator<AdoptedAttempt> {
  let left = running;
  while (left.length > 0 && !signal.aborted) {
    // First who lives, then what is written: an end that is written in between is not missed.
    const alive = new Set(left.filter((entry) => isAlive(supervisorOf(entry, supervisors))));
    const ended = new Map(journalState(readJournal(journal)).finished.map((end) => [keyOf(end), end]));
    for (const entry of left) {
      const end = ended.get(keyOf(entry));
      if (end) yield end;
      else if (!alive.has(entry)) yield await lostNow(entry);
    }
    left = left.filter((entry) => !ended.has(keyOf(entry)) && alive.has(entry));
    if (left.length > 0) await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function lostNow(entry: Started): Promise<AdoptedAttempt> {
  await endOrphan(entry);
  const result = notStarted('lost', 'The process that watched it ended, so nobody can say how it went');
  return { ...idsOf(entry), startedAt: entry.at, at: Date.now(), result };
}

function keyOf(entry: { instanceId: string; attempt: number }): string {
  return `${entry.instanceId} ${entry.attempt}`;
}

function idsOf({ instanceId, attempt }: Started): { instanceId: string; attempt: number } {
  return { instanceId, attempt };
}

function supervisorOf(entry: Started, supervisors: readonly Supervisor[]): Supervisor | undefined {
  return supervisors.findLast(
    (supervisor) => supervisor.pid === entry.supervisor && supervisor.at <= entry.at,
  );
}

/** The same process, not another that got its number later. Where starts are unknown the number has to do. */
function isAlive(supervisor: Supervisor | undefined): boolean {
  if (!supervisor) return false;
  if (supervisor.startTicks === null) return exists(supervisor.pid);
  const stat = readStat(supervisor.pid);
  return stat !== null && stat.state !== 'Z' && stat.startTicks === supervisor.startTicks;
}

async function endOrphan({ pid, at }: Started): Promise<void> {
  if (pid === null || !isSameProcess(pid, at)) return;
  const pids = process.platform === 'linux' ? treeOf([pid]) : [pid];
  kill(process.platform === 'win32' ? pid : -pid);
  for (const member of pids) kill(member);
  while (exists(pid) && readStat(pid)?.state !== 'Z') await wait(10);
}

function isSameProcess(pid: number, startedAt: number): boolean {
  if (process.platform !== 'linux') return exists(pid);
  const stat = readStat(pid);
  const bootSeconds = /^btime (\d+)$/m.exec(readProc('/proc/stat') ?? '')?.[1];
  if (!stat || bootSeconds === undefined) return false;
  const began = Number(bootSeconds) * 1000 + stat.startTicks * 10;
  return Math.abs(began - startedAt) < START_TOLERANCE_MS;
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error;
  }
}
