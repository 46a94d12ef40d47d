import type { Logger } from '../platform/logger.ts';
import type { Sites } from '../providers/site.ts';
import { TaggedCluster } from './tagged-cluster.ts';

/** What every cluster that is made by hand can be told. */
export interface ClusterOptions {
  /** Where state lives, and what relative paths start from; the current folder by default. */
  readonly workspace?: string;
  /** Name in the records. */
  readonly name?: string;
  readonly logger?: Logger;
  /** Where connections are found; the user's own by default. */
  readonly sites?: Sites;
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
 * What runs there are commands (`client.submit(['python', 'run.py'], …)`) and Python functions
 * (`client.submit('demeter.run:simulate', { year: 2050 }, …)`), which need nothing of ours on the site. JavaScript
 * functions cannot run there and are refused when they are submitted.
 */
export class SlurmCluster extends TaggedCluster {
  constructor(options: SlurmClusterOptions = {}) {
    const { workspace, name = 'slurm-cluster', logger, sites, target, ...slurm } = options;
    super({ name, workspace, logger, sites, target: { ...target, ...slurm, provider: 'slurm' } });
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
