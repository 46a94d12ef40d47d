import { z } from 'zod';
import { mapping, text, wholeNumber } from './schema-pieces.ts';

/** Options of the five kinds of target. The descriptions are what the editor shows; the messages what a person reads. */
const common = {
  overlay: text.nullish().describe('Name of an overlay that is merged in when this target is used'),
};

const walltime = z
  .union([z.string(), z.number()], { error: 'must be a time such as "04:00:00"' })
  .nullish()
  .describe('Time limit of one task: HH:MM:SS or D-HH:MM:SS, in quotes');

const workers = (description: string) => wholeNumber(1).nullish().describe(description);

const bound = wholeNumber(0).nullish();
const adaptive = mapping({
  minimum: bound.describe('Workers that are always there'),
  maximum: bound.describe('Workers at the most'),
  min: bound.describe('Other spelling of minimum'),
  max: bound.describe('Other spelling of maximum'),
})
  .nullish()
  .describe('Bounds between which the number of workers follows the work');

const truth = z.boolean('must be true or false').nullish();
const image = text.nullish().describe('Container image');
const textMap = z.record(z.string(), z.unknown(), 'must be a mapping').nullish();
const textList = z.array(text, 'must be a list').nullish();

export const CONTAINER_MODES = ['none', 'auto', 'docker', 'apptainer'] as const;

const local = mapping({
  provider: z.literal('local'),
  max_workers: workers('Workers on this machine; default: one per CPU'),
  threads_per_worker: workers('Functions that one worker runs at once; default 1'),
  processes: truth.describe('Run functions in child processes instead of threads'),
  containers: z
    .string('must be none, auto, docker or apptainer')
    .refine((mode) => CONTAINER_MODES.some((known) => known === mode.toLowerCase()), {
      error: 'must be none, auto, docker or apptainer',
    })
    .nullish()
    .meta({ description: 'Container runtime for components with an image', examples: [...CONTAINER_MODES] }),
  dashboard_address: text.nullish().describe('Accepted for compatibility, not used'),
  walltime,
  adaptive,
  ...common,
});

const slurm = mapping({
  provider: z.literal('slurm'),
  connection: text.nullish().describe('Name of an SSH profile of the app; never a secret in this file'),
  queue: text.nullish().describe('Partition that jobs go to'),
  partition: text.nullish().describe('Other name of queue'),
  account: text.nullish().describe('Account that jobs are charged to'),
  qos: text.nullish().describe('Quality of service of the jobs'),
  constraint: text.nullish().describe('Features that nodes must have, as sbatch takes them: skylake&ib'),
  sbatch_flags: z
    .union([z.string(), z.array(z.string())], 'must be a list of flags such as "--exclusive"')
    .nullish()
    .meta({
      description: 'Further flags for sbatch, one an item; those that the app sets itself are refused',
      examples: ['--exclusive', '--gpus=1', '--mail-type=END', '--reservation=name'],
    }),
  chunk_target: z
    .union([z.string(), z.number()], 'must be a time such as "00:05:00"')
    .nullish()
    .describe('Short tasks are packed into jobs of about this time; default "00:05:00"'),
  project_dir: text.nullish().describe('Folder of the project on the site, where it is there already'),
  walltime,
  name: text.nullish().describe('Name of the jobs'),
  logs_location: text.nullish().describe('Folder for job logs on the site'),
  suppress_logs: truth.describe('Do not keep job logs'),
  container_runtime: z
    .enum(['apptainer', 'singularity', 'docker'], 'must be apptainer, singularity or docker')
    .nullish()
    .describe('Runtime for components with an image; default: what the site has'),
  interface: text.nullish().describe('Network interface; accepted for compatibility, not used'),
  comm_port: wholeNumber(1).nullish().describe('Accepted for compatibility, not used'),
  max_workers: workers('Tasks that run at once at the most'),
  adaptive,
  ...common,
});

const cloud = {
  connection: text.nullish().describe('Name of the credentials in the app; never a secret in this file'),
  region: text.nullish().describe('Region'),
  instance_type: text.nullish().describe('Kind of machine, for the cost'),
  image,
  n_workers: wholeNumber(0).nullish().describe('Workers at the start; default 1'),
  max_workers: workers('Workers at the most'),
  spot: truth.describe('Use spare capacity that is cheaper and can be taken away'),
  adaptive,
  walltime,
  ...common,
  poll_seconds: z
    .number('must be a number')
    .min(0.1, 'must be 0.1 or more')
    .nullish()
    .describe('How often the cloud is asked while things happen; default 5'),
};

const aws = mapping({
  provider: z.literal('aws'),
  ...cloud,
  cluster_type: z
    .enum(['fargate', 'ec2'], 'must be fargate or ec2')
    .nullish()
    .describe('Kind of ECS capacity; default fargate'),
  worker_cpu: wholeNumber(1)
    .nullish()
    .describe('Accepted for compatibility, not used: components ask for cpus'),
  worker_mem: wholeNumber(1)
    .nullish()
    .describe('Accepted for compatibility, not used: components ask for memory'),
  vpc: text
    .nullish()
    .describe('VPC whose subnets are used where none are named; default: that of the account'),
  subnets: textList.describe('Subnets'),
  security_groups: textList.describe('Security groups'),
  execution_role_arn: text.nullish().describe('Role that starts tasks'),
  task_role_arn: text.nullish().describe('Role that tasks run under'),
  cluster: text.nullish().describe('ECS cluster; default: one named scalable, which is made'),
  assign_public_ip: truth.describe(
    'Whether tasks have an address of their own on the internet; default true',
  ),
  disk_gb: wholeNumber(21).nullish().describe('Disk of a task in GiB, 21 to 200; default 20'),
  courier_image: text.nullish().describe('Image beside the work: sh, curl, tar, gzip, awk, sha256sum'),
  chunk_target: z
    .union([z.string(), z.number()], { error: 'must be a time such as "00:10:00"' })
    .nullish()
    .describe('Time that a task takes at least: short instances share one; default 00:10:00'),
  scheduler_timeout: z.unknown().optional().describe('Accepted for compatibility, not used'),
  environment: textMap.describe('Environment variables of every worker'),
  tags: textMap.describe('Tags of everything that is created'),
});

const gcp = mapping({
  provider: z.literal('gcp'),
  ...cloud,
  zone: text.nullish().describe('Zone'),
  project_id: text.nullish().describe('Google Cloud project'),
  machine_type: text.nullish().describe('Kind of machine'),
  network: text.nullish().describe('Network'),
  service_account: text.nullish().describe('Service account that tasks run under'),
  subnetwork: text.nullish().describe('Subnetwork; default: the one of the network in the region'),
  private_only: truth.describe('Machines without an address of their own on the internet'),
  boot_disk_gb: wholeNumber(10).nullish().describe('Size of a machine’s disk in GB'),
  storage: text
    .nullish()
    .describe('Bucket for the files of runs, gs://bucket/folder; default: default_storage'),
  mount_path: text.nullish().describe('Where machines mount the bucket; default: /mnt/disks/BUCKET'),
  chunk_target: z
    .union([z.string(), z.number()], { error: 'must be a time such as "00:05:00"' })
    .nullish()
    .describe('What an element of an array should take at least, so that short tasks share a machine'),
});

const kubernetes = mapping({
  provider: z.literal('kubernetes'),
  namespace: text.nullish().describe('Namespace; default: default'),
  image,
  n_workers: wholeNumber(0).nullish().describe('Workers at the start; default 1'),
  max_workers: workers('Workers at the most'),
  worker_service_account: text.nullish().describe('Service account of the workers'),
  adaptive,
  walltime,
  resources: textMap.describe('Resources of a worker'),
  env: textMap.describe('Environment variables of every worker'),
  tolerations: z.array(z.unknown(), 'must be a list').nullish().describe('Tolerations'),
  node_selector: textMap.describe('Node labels to run on'),
  scheduler_memory: text.nullish().describe('Accepted for compatibility, not used'),
  scheduler_cpu: z.union([z.string(), z.number()]).nullish().describe('Accepted for compatibility, not used'),
  ...common,
});

export const targetSchemas = { local, slurm, aws, gcp, kubernetes } as const;

export const targetSchema = z
  .discriminatedUnion('provider', [local, slurm, aws, gcp, kubernetes])
  .describe('Where to run');
