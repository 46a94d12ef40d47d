import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { reasonWithoutSlurm } from './cluster/packages.ts';
import { TestCluster } from './cluster/test-cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the running cluster; null where there is none, `slurmMissing` says why. */
    slurmCluster: string | null;
    slurmMissing: string;
  }
}

/** One cluster for all files of the suite, ended with it; `SCALABLE_SLURM_CLUSTER` names one that is there and stays. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.SCALABLE_SLURM_CLUSTER;
  const reason = given ? null : reasonWithoutSlurm();
  project.provide('slurmMissing', reason ?? '');
  if (reason !== null) {
    project.provide('slurmCluster', null);
    return async () => undefined;
  }
  const folder = given ?? mkdtempSync(join(tmpdir(), 'scalable-slurm-'));
  const cluster = await TestCluster.start(folder);
  project.provide('slurmCluster', folder);
  return async () => {
    if (!given) await cluster.remove();
  };
}
