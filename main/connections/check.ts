/** The steps of the guide, in the order in which they are tried. */
export const CHECK_NAMES = [
  'reach',
  'host_key',
  'login',
  'slurm',
  'partitions',
  'accounting',
  'work_dir',
  'containers',
  'test_job',
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

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
};

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
}

/** What the guide tells on the way. After a failure of a step that the rest needs, the rest is not tried. */
export type CheckEvent =
  | { readonly kind: 'started'; readonly name: CheckName }
  /** A long step says how far it is. */
  | { readonly kind: 'progress'; readonly name: CheckName; readonly detail: string }
  | { readonly kind: 'result'; readonly result: CheckResult }
  | { readonly kind: 'done'; readonly ok: boolean; readonly notTried: readonly CheckName[] };
