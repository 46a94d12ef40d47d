import type { ConnectionKind } from './profile.ts';

/** The steps of the guides, in the order in which they are tried. */
export const CHECKS_OF = {
  ssh: [
    'reach',
    'host_key',
    'login',
    'slurm',
    'partitions',
    'accounting',
    'work_dir',
    'containers',
    'test_job',
  ],
  aws: [
    'credentials',
    'identity',
    'region',
    'permissions',
    'cluster',
    'subnets',
    'security_groups',
    'execution_role',
    'task_role',
    'image',
    'storage',
    'quota',
    'spot_quota',
  ],
  gcp: [
    'credentials',
    'project',
    'region',
    'api',
    'permissions',
    'service_account',
    'image',
    'storage',
    'quota',
    'spot_quota',
  ],
} as const satisfies Readonly<Record<ConnectionKind, readonly string[]>>;

export type CheckName = (typeof CHECKS_OF)[ConnectionKind][number];

export const CHECK_TITLES: Readonly<Record<CheckName, string>> = {
  reach: 'Reach the machine',
  host_key: 'Know its key',
  login: 'Log in',
  slurm: 'Find Slurm',
  partitions: 'Read partitions and accounts',
  accounting: 'Ask the accounting',
  work_dir: 'Write to the work folder',
  containers: 'Find a container runtime',
  test_job: 'Run a test job',
  credentials: 'Find credentials',
  identity: 'Be known by AWS',
  region: 'Use the region',
  permissions: 'Have the permissions',
  cluster: 'Find the cluster',
  subnets: 'Find the subnets',
  security_groups: 'Find the security groups',
  execution_role: 'Find the role that starts tasks',
  task_role: 'Find the role of the tasks',
  image: 'Pull the image',
  storage: 'Write to the bucket',
  quota: 'Have quota',
  spot_quota: 'Have quota for spare capacity',
  project: 'Find the project',
  api: 'Have the API enabled',
  service_account: 'Use the service account',
};

export const ALL_CHECKS: readonly [CheckName, ...CheckName[]] = [
  ...CHECKS_OF.ssh,
  ...CHECKS_OF.aws,
  ...CHECKS_OF.gcp,
];

/** One of several things that a step looked at: a permission. */
export interface CheckItem {
  readonly name: string;
  /** Null: it could not be tried without doing it. */
  readonly ok: boolean | null;
  /** What it is needed for. */
  readonly why: string;
}

export interface CheckResult {
  readonly name: CheckName;
  readonly ok: boolean;
  /** False: runs work without it, with less. */
  readonly required: boolean;
  /** One sentence: what was found, or what is wrong. */
  readonly detail: string;
  /** How to fix it; null where there is nothing to fix. */
  readonly hint: string | null;
  /** For scripts: the code of what failed, `E_SSH_HOST_KEY_CHANGED`; null when ok. */
  readonly code: string | null;
  /** Present where the step looked at several things one by one. */
  readonly items?: readonly CheckItem[];
}

/** What the guide tells on the way. After a failure of a step that the rest needs, the rest is not tried. */
export type CheckEvent =
  | { readonly kind: 'started'; readonly name: CheckName }
  /** A long step says how far it is. */
  | { readonly kind: 'progress'; readonly name: CheckName; readonly detail: string }
  | { readonly kind: 'result'; readonly result: CheckResult }
  | { readonly kind: 'done'; readonly ok: boolean; readonly notTried: readonly CheckName[] };
