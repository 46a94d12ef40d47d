/** What a Slurm site was found to allow. Plain data: kept beside the SSH profile and used while planning. */
export interface SiteLimits {
  /** When it was read: milliseconds since the epoch by the app's clock. */
  readonly readAt: number;
  readonly user: string;
  readonly clusterName: string | null;
  /** `22.05.8` */
  readonly slurmVersion: string | null;
  /** Array indices end at one less. */
  readonly maxArraySize: number;
  /** How long `squeue` still knows an ended job. */
  readonly minJobAgeSeconds: number;
  /** Between SIGTERM and SIGKILL. */
  readonly killWaitSeconds: number;
  /** False: a job over its partition's limits is accepted and waits for ever. */
  readonly refusesOverLimit: boolean;
  /** `sacct` answers. */
  readonly accounting: boolean;
  readonly partitions: readonly PartitionLimits[];
  /** Empty where accounting does not tell. */
  readonly accounts: readonly AccountLimits[];
  /** Program for images on this site, as it is called there. */
  readonly containerRuntime: 'apptainer' | 'singularity' | null;
}

export interface PartitionLimits {
  readonly name: string;
  readonly isDefault: boolean;
  /** False: it is down or drained, and takes jobs that then wait. */
  readonly available: boolean;
  /** Null: no limit. */
  readonly maxSeconds: number | null;
  /** The kinds of node in it, largest memory first. */
  readonly nodes: readonly NodeShape[];
}

export interface NodeShape {
  readonly count: number;
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface AccountLimits {
  readonly account: string;
  /** The one that is charged when none is named. */
  readonly isDefault: boolean;
  /** Only for this partition; null: for all. */
  readonly partition: string | null;
  readonly qos: readonly string[];
}

/** The partition that a job without one goes to, or the named one; null when the site has none such. */
export function partitionOf(limits: SiteLimits, name: string | null): PartitionLimits | null {
  return (
    limits.partitions.find((partition) => (name === null ? partition.isDefault : partition.name === name)) ??
    null
  );
}

/** The largest node by memory and by CPUs; they may be different nodes. Null for a partition without nodes. */
export function largestNodes(partition: PartitionLimits): { cpus: number; memoryBytes: number } | null {
  if (partition.nodes.length === 0) return null;
  return {
    cpus: Math.max(...partition.nodes.map((node) => node.cpus)),
    memoryBytes: Math.max(...partition.nodes.map((node) => node.memoryBytes)),
  };
}
