import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../main/platform/clock.ts';
import { EventQueue } from '../../main/platform/event-queue.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { runPaths, workspacePaths } from '../../main/platform/paths.ts';
import { localProvider } from '../../main/providers/local/local-provider.ts';
import { notStarted } from '../../main/providers/local/not-started.ts';
import type { ClusterEvent, ClusterHandle, TaskInstance } from '../../main/providers/provider.ts';
import { anInstance, localSpec } from './local-rig.ts';
import { CONTRACT, type ContractSubject, describeContract } from './provider-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'scalable-contract-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let runs = 0;

const local: ContractSubject = {
  open() {
    const runId = `run-${runs++}`;
    const paths = runPaths(workspacePaths(folder), runId);
    return localProvider.buildCluster(localSpec(folder), {
      clock: systemClock,
      logger: silentLogger,
      runId,
      paths,
    });
  },
  instance: (id, { seconds = 0, exitCode = 0, tag = 'a' } = {}) =>
    anInstance(folder, {
      id,
      tag,
      work: {
        kind: 'shell',
        script: `sleep ${seconds} & wait; exit ${exitCode}`,
        values: { MARK: `mark-${id}` },
      },
    }),
  leftBehind: async (id) =>
    readdirSync('/proc').some((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`MARK=mark-${id}\0`);
      } catch {
        return false; // ended meanwhile
      }
    }),
};

describeContract('The local provider', local);

/** Breaks a rule on purpose, to show that the contract can fail: it forgets what was never started. */
class ForgetfulCluster implements ClusterHandle {
  readonly events = new EventQueue<ClusterEvent>();
  submit(instances: readonly TaskInstance[]): void {
    for (const { id: instanceId, tag, attempt } of instances) {
      if (tag === 'b') continue;
      const result = { ...notStarted('succeeded', ''), outcome: 'succeeded' as const };
      this.events.push({ type: 'task_finished', at: 1, startedAt: 1, instanceId, attempt, result });
    }
  }
  async scale(): Promise<void> {
    // Has no workers at all.
  }
  async cancel(): Promise<void> {
    // Cancels nothing.
  }
  workerCount = () => 0;
  async close(): Promise<void> {
    this.events.end();
  }
}

test.each(Object.keys(CONTRACT))('a cluster that breaks it is found out: %s', async (rule) => {
  const faulty: ContractSubject = { ...local, open: async () => new ForgetfulCluster() };
  // It never tells a start, so rules that wait for one would wait long: an instance of theirs ends the wait.
  const check = CONTRACT[rule]!;
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('nothing came')), 1500));
  await expect(Promise.race([check(faulty), late])).rejects.toThrow();
});
