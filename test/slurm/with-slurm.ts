import { describe, inject } from 'vitest';
import { TestCluster } from './cluster/test-cluster.ts';

/** A suite that needs the real Slurm; skipped with the reason in its title where there is none. */
export function withSlurm(title: string, suite: (cluster: TestCluster) => void): void {
  const folder = inject('slurmCluster');
  if (folder === null) {
    describe.skip(`${title} (skipped: ${inject('slurmMissing')})`, () => suite(missing));
  } else {
    describe(title, () => suite(TestCluster.open(folder)));
  }
}

/** Skipped suites are still collected, and touch nothing of it. */
const missing = undefined as unknown as TestCluster;
