import type { DeploymentSpec, Problem } from '../../manifest/spec.ts';
import { problemAt } from '../../manifest/target-problem.ts';
import { AppError } from '../../platform/errors.ts';
import { parseDuration } from '../../platform/units.ts';

/** A Google Cloud target's own options. Null: not said, what the connection or Batch has counts. */
export interface GcpOptions {
  readonly connection: string | null;
  readonly region: string | null;
  readonly zone: string | null;
  readonly projectId: string | null;
  /** `n2-standard-4`; null: Batch chooses one that fits. */
  readonly machineType: string | null;
  readonly spot: boolean;
  readonly network: string | null;
  readonly subnetwork: string | null;
  /** Machines without an address of their own on the internet. */
  readonly privateOnly: boolean;
  readonly serviceAccount: string | null;
  /** For components without one. */
  readonly image: string | null;
  readonly bootDiskGb: number | null;
  readonly bucket: BucketFolder | null;
  /** Where machines mount the bucket. */
  readonly mountPath: string | null;
  /** What an element should take at least, in seconds; null: the app's default. */
  readonly chunkTargetSeconds: number | null;
  /** How often Batch is asked while things happen; null: the app's default. */
  readonly pollSeconds: number | null;
}

/** `gs://bucket/prefix`. */
export interface BucketFolder {
  readonly bucket: string;
  /** Without slashes at its ends; empty: the whole bucket. */
  readonly prefix: string;
}

/** Null for what is no address of a bucket. */
export function bucketFolder(address: string | null): BucketFolder | null {
  const match = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:\/([^\0\r\n]*))?$/.exec(address ?? '');
  if (!match) return null;
  const parts = (match[2] ?? '').split('/').filter((part) => part !== '');
  if (parts.some((part) => part === '.' || part === '..')) return null;
  return { bucket: match[1] ?? '', prefix: parts.join('/') };
}

/** Reads the options of a target; what is wrong is told and left out. */
export function readGcpOptions(spec: DeploymentSpec): { options: GcpOptions; problems: Problem[] } {
  const { options, name } = spec.target;
  const problems: Problem[] = [];
  const tell = (path: string, message: string, hint: string) =>
    problems.push(problemAt('E_INVALID_VALUE', path, message, hint));

  function text(pattern: RegExp, like: string, ...keys: readonly string[]): string | null {
    for (const key of keys) {
      const value = options[key];
      if (value === undefined || value === null || value === '') continue;
      if (typeof value === 'string' && pattern.test(value)) return value;
      tell(`targets.${name}.${key}`, `${key} cannot be ${JSON.stringify(value)}`, `It looks like ${like}.`);
    }
    return null;
  }

  function number(key: string, least: number): number | null {
    const value = options[key] ?? null;
    if (value === null || (typeof value === 'number' && Number.isFinite(value) && value >= least))
      return value;
    tell(`targets.${name}.${key}`, `${key} cannot be ${JSON.stringify(value)}`, `It is ${least} or more.`);
    return null;
  }

  function chunkTarget(): number | null {
    const { chunk_target: value } = options;
    return typeof value === 'string' ? parseDuration(value) : number('chunk_target', 1);
  }

  function storage(): BucketFolder | null {
    const own = options.storage;
    const address = typeof own === 'string' ? own : spec.project.defaultStorage;
    if (address === null || !address.startsWith('gs:')) return null;
    const found = bucketFolder(address);
    const path = typeof own === 'string' ? `targets.${name}.storage` : 'project.default_storage';
    if (found === null)
      tell(path, `${JSON.stringify(address)} is no address of a bucket`, 'It looks like gs://bucket/folder.');
    return found;
  }

  return {
    options: {
      connection: text(LINE, 'a name', 'connection'),
      region: text(/^[a-z]+(-[a-z]+)+\d{1,2}$/, 'europe-west4', 'region'),
      zone: text(/^[a-z]+(-[a-z]+)+\d{1,2}-[a-z]$/, 'europe-west4-a', 'zone'),
      projectId: text(LINE, 'climate-42', 'project_id'),
      machineType: text(/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/, 'n2-standard-4', 'machine_type', 'instance_type'),
      spot: options.spot === true,
      network: text(LINE, 'default', 'network'),
      subnetwork: text(LINE, 'regions/europe-west4/subnetworks/default', 'subnetwork'),
      privateOnly: options.private_only === true,
      serviceAccount: text(/^[^@\s]+@[^@\s]+$/, 'runs@climate-42.iam.gserviceaccount.com', 'service_account'),
      image: text(LINE, 'ghcr.io/jgcri/demeter:2.0.1', 'image'),
      bootDiskGb: number('boot_disk_gb', 10),
      bucket: storage(),
      mountPath: text(/^\/[\w./-]+$/, '/mnt/disks/scalable', 'mount_path'),
      chunkTargetSeconds: chunkTarget(),
      pollSeconds: number('poll_seconds', 0.1),
    },
    problems,
  };
}

const LINE = /^[^\0\r\n]+$/;

/** @throws AppError `E_CLOUD_STORAGE` */
export function bucketOf({ bucket }: GcpOptions): BucketFolder {
  if (bucket) return bucket;
  throw new AppError({
    code: 'E_CLOUD_STORAGE',
    message: 'A run on Google Cloud needs a bucket for its files, and the manifest names none.',
    hint: 'Write default_storage: gs://BUCKET/FOLDER below project:, with a bucket in the region of the target.',
  });
}

/** Where the files of a run are: in the bucket, and as machines see them. */
export interface GcpPlaces {
  readonly bucket: string;
  /** Where machines mount the bucket. */
  readonly mount: string;
  /** Names of objects below these begin with them; without slashes at the ends. */
  readonly project: string;
  readonly run: string;
}

export function placesOf(options: GcpOptions, runId: string, copyName: string): GcpPlaces {
  const { bucket, prefix } = bucketOf(options);
  const below = (path: string) => (prefix === '' ? path : `${prefix}/${path}`);
  return {
    bucket,
    mount: options.mountPath ?? `/mnt/disks/${bucket}`,
    project: below(`.scalable/projects/${copyName}`),
    run: below(`.scalable/runs/${runId}`),
  };
}
