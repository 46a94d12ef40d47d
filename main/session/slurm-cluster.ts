import type { Logger } from '../platform/logger.ts';
import { TaggedCluster } from './tagged-cluster.ts';

/** What every cluster that is made by hand can be told. */
export interface ClusterOptions {
  /** Where state lives, and what relative paths start from; the current folder by default. */
  readonly workspace?: string;
  /** Name in the records. */
  readonly name?: string;
  readonly logger?: Logger;
}

export interface SlurmClusterOptions extends ClusterOptions {
  /** Partition. */
  readonly queue?: string;
  readonly account?: string;
  /** Time limit of a task, `HH:MM:SS` or `D-HH:MM:SS`. */
  readonly walltime?: string;
  /** Accepted for compatibility: workers answer through files, not over a network of their own. */
  readonly interface?: string;
  /** An SSH connection of the app (`scalable connections list`); without it this machine is the login node. */
  readonly connection?: string;
  /** Any other key of a slurm target, as in the manifest: `{ qos: 'short' }`. */
  readonly target?: Readonly<Record<string, unknown>>;
}

/**
 * A Slurm cluster made by hand. Workers are running elements of job arrays, so adding workers submits nothing by
 * itself: jobs are submitted with the work, at most as many at once as workers are wished for.
 *
 * Commands (`client.submit(['python', 'run.py'], …)`) need nothing of ours on the site. JavaScript functions run on a
 * compute node, so the site must have Node.js, and nothing of the caller's memory is there.
 */
export class SlurmCluster extends TaggedCluster {
  constructor(options: SlurmClusterOptions = {}) {
    const { workspace, name = 'slurm-cluster', logger, target, ...slurm } = options;
    super({ name, workspace, logger, target: { ...target, ...slurm, provider: 'slurm' } });
  }
}

/** The same on this machine, so that a script can be tried before it goes to a cluster. */
export class LocalCluster extends TaggedCluster {
  constructor(options: ClusterOptions & { readonly maxWorkers?: number; readonly processes?: boolean } = {}) {
    const { workspace, name = 'local-cluster', logger, maxWorkers, processes = true } = options;
    const target = {
      provider: 'local',
      processes,
      ...(maxWorkers !== undefined && { max_workers: maxWorkers }),
    };
    super({ name, workspace, logger, target });
  }
}
