import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseManifest } from '../../../../main/manifest/load.ts';
import type { ClusterHandle } from '../../../../main/providers/provider.ts';
import { RunScaler, type RunScalerParts } from '../../../../main/session/adaptive/run-scaler.ts';
import type { LiveInstance } from '../../../../main/session/live-instance.ts';

const TAGS = ['a', 'b', 'c'] as const;

function manifest(total: number): string {
  return `version: 1
project: { name: shares }
targets: { local: { provider: local, max_workers: ${total} } }
components: { a: { cpus: 1 }, b: { cpus: 1 }, c: { cpus: 1 } }
tasks: { t: { component: a, command: "true" } }
`;
}

function waiting(counts: readonly number[]): LiveInstance[] {
  return counts.flatMap((count, at) =>
    Array.from(
      { length: count },
      (_, i) =>
        ({
          planned: { id: `${TAGS[at]}.${i}`, task: `t${at}`, component: TAGS[at], needs: [] },
          state: 'queued',
          predictedSeconds: 60,
          request: { cpus: 1, memoryBytes: null, walltimeSeconds: null },
        }) as unknown as LiveInstance,
    ),
  );
}

/** A cluster that only remembers what was wished of it. */
function scalerFor(total: number, work: readonly number[], planned: readonly number[]) {
  const { spec } = parseManifest(manifest(total), { projectFolder: '/', target: 'local', env: {} });
  if (!spec) throw new Error('The manifest of this test does not hold.');
  const wishes: Readonly<Record<string, number>>[] = [];
  const cluster = {
    workerCount: () => 0,
    scale: async (wished: Readonly<Record<string, number>>) => {
      wishes.push(wished);
    },
  } as unknown as ClusterHandle;
  const workers = Object.fromEntries(TAGS.map((tag, at) => [tag, planned[at] ?? 0]));
  const instances = waiting(work);
  const parts: RunScalerParts = {
    runId: 'r',
    spec,
    scalePlan: { workers, total, resources: {} },
    adaptive: true,
    startedAt: 0,
    clock: { now: () => 0 } as RunScalerParts['clock'],
    cluster,
    machine: null,
    recorder: { full: false, record: () => undefined, afterCommit: (then) => then() },
    instances: () => instances,
    busyCount: () => 0,
    price: () => null,
    billed: [],
    failed: (error) => {
      throw error;
    },
    budgetReached: () => undefined,
  };
  return { scaler: new RunScaler(parts), wishes };
}

const sum = (wished: Readonly<Record<string, number>>) =>
  Object.values(wished).reduce((all, count) => all + count, 0);
const counts = (max: number) => fc.array(fc.nat({ max }), { minLength: TAGS.length, maxLength: TAGS.length });

it('never wishes more workers in all than the total, from the first wish on and by hand', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      counts(30),
      counts(12),
      fc.array(fc.dictionary(fc.constantFrom(...TAGS), fc.nat({ max: 20 })), { maxLength: 3 }),
      async (total, work, planned, byHand) => {
        const { scaler, wishes } = scalerFor(total, work, planned);
        await scaler.begin();
        for (const wished of byHand) await scaler.byHand(wished);
        await scaler.end();
        expect(wishes.length).toBe(1 + byHand.length);
        for (const wished of wishes) expect(sum(wished)).toBeLessThanOrEqual(total);
      },
    ),
    { numRuns: 60 },
  );
});

it('begins with workers where work waits', async () => {
  const { scaler, wishes } = scalerFor(4, [0, 10, 0], [4, 4, 4]);
  await scaler.begin();
  await scaler.end();
  expect(wishes[0]?.b).toBeGreaterThan(0);
});
