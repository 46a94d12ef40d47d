import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pidOf } from './cluster/daemons.ts';
import type { TestCluster } from './cluster/test-cluster.ts';

/** The processes of everybody who is logged in to the test cluster, not those of their commands. */
function sessions({ facts }: TestCluster): number[] {
  const listener = pidOf(facts, 'sshd');
  return listener === null
    ? []
    : childrenOf(listener).flatMap((pid) => [pid, ...childrenOf(pid).filter(isSshd)]);
}

function childrenOf(pid: number): number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`);
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
}

const isSshd = (pid: number) => read(`/proc/${pid}/comm`).trim() === 'sshd';

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
}

function tell(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Every connection breaks, in the middle of whatever it carries. */
export function cutConnections(cluster: TestCluster): void {
  tell(sessions(cluster), 'SIGKILL');
}

/** Nobody answers for a while, neither those who are connected nor those who try to; in the end some connections are gone. */
export async function silence(cluster: TestCluster, ms: number, thenCut: boolean): Promise<void> {
  const listener = pidOf(cluster.facts, 'sshd');
  const silent = [...(listener === null ? [] : [listener]), ...sessions(cluster)];
  tell(silent, 'SIGSTOP');
  await sleep(ms);
  if (thenCut) cutConnections(cluster);
  tell(silent, 'SIGCONT');
}

/** The controller goes away, in order or not, and is back after a while. */
export async function restartController(
  cluster: TestCluster,
  ms: number,
  signal: NodeJS.Signals,
): Promise<void> {
  await cluster.kill('slurmctld', signal);
  await sleep(ms);
  await cluster.start('slurmctld');
}

/** Whether the controller has written its jobs down since: what it took a moment before it is killed, it has forgotten. */
export function hasWrittenDown({ facts }: TestCluster, sinceMs: number): boolean {
  return (
    (statSync(join(facts.folder, 'state', 'job_state'), { throwIfNoEntry: false })?.mtimeMs ?? 0) > sinceMs
  );
}
