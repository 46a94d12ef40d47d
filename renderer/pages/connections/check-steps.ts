import type { CheckName, ConnectionKind } from '../../../main/api/connection-views.ts';

type Words = readonly [title: string, why: string];

/** The steps of the guides in the order in which they are tried, in words for people who know neither SSH nor clouds. */
const SITE: Readonly<Partial<Record<CheckName, Words>>> = {
  reach: ['Reach the machine', 'The network leads to the login node and something answers there.'],
  host_key: ['Know its key', 'It is the machine that it says it is.'],
  login: ['Log in', 'With a key, a password or a one-time code.'],
  slurm: ['Find Slurm', 'The commands that submit and watch jobs are there.'],
  partitions: [
    'Read partitions and accounts',
    'What you may choose from, and the limits that plans must keep.',
  ],
  accounting: ['Ask the accounting', 'What ended jobs used; without it, jobs measure themselves.'],
  work_dir: ['Write to the work folder', 'Job scripts, results and logs lie there, in sight of all nodes.'],
  containers: ['Find a container runtime', 'Only for components with an image.'],
  test_job: ['Run a test job', 'A job of a minute that shows the nodes see the work folder.'],
};

const IMAGE: Words = ['Pull the image', 'Tasks run in it, so their machines must be able to fetch it.'];
const STORAGE: Words = [
  'Write to the bucket',
  'Inputs and results lie there. An object is written, read and removed.',
];
const PERMISSIONS: Words = ['Have the permissions', 'One by one, with what each is needed for.'];
const QUOTA: Words = ['Have quota', 'How much may run at once in the region.'];
const SPOT: Words = ['Have quota for spare capacity', 'Only for targets with spot: true.'];

const AWS: Readonly<Partial<Record<CheckName, Words>>> = {
  credentials: ['Find credentials', 'Those of the AWS tools on this computer; the app keeps none.'],
  identity: ['Be known by AWS', 'AWS says whom it takes you for.'],
  region: ['Use the region', 'It exists and is enabled for the account.'],
  permissions: PERMISSIONS,
  cluster: ['Find the cluster', 'The place in ECS where tasks run.'],
  subnets: ['Find the subnets', 'The network of the tasks, with free addresses.'],
  security_groups: ['Find the security groups', 'They must let tasks fetch images and write results.'],
  execution_role: ['Find the role that starts tasks', 'ECS pulls images and writes logs with it.'],
  task_role: ['Find the role of the tasks', 'What runs in tasks reads and writes the bucket with it.'],
  image: IMAGE,
  storage: STORAGE,
  quota: QUOTA,
  spot_quota: SPOT,
};

const GCP: Readonly<Partial<Record<CheckName, Words>>> = {
  credentials: ['Find credentials', 'Application-default credentials of this computer; the app keeps none.'],
  project: ['Find the project', 'It exists and is active.'],
  region: ['Use the region', 'It exists and is up.'],
  api: ['Have the Batch API enabled', 'Work is run by Cloud Batch.'],
  permissions: PERMISSIONS,
  service_account: ['Use the service account', 'Tasks run under it, and you must be allowed to let them.'],
  image: IMAGE,
  storage: STORAGE,
  quota: QUOTA,
  spot_quota: SPOT,
};

const WORDS: Readonly<Record<ConnectionKind, Readonly<Partial<Record<CheckName, Words>>>>> = {
  ssh: SITE,
  aws: AWS,
  gcp: GCP,
};

export interface CheckStep {
  readonly name: CheckName;
  readonly title: string;
  readonly why: string;
}

export function stepsOf(kind: ConnectionKind): readonly CheckStep[] {
  return Object.entries(WORDS[kind]).map(([name, [title, why]]) => ({ name: name as CheckName, title, why }));
}

export function titleOfStep(kind: ConnectionKind, name: CheckName): string {
  return WORDS[kind][name]?.[0] ?? name;
}
