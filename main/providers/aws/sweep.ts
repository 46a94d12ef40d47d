import { DescribeLogGroupsCommand, ListTagsForResourceCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeClustersCommand,
  DescribeTasksCommand,
  paginateListTaskDefinitions,
  paginateListTasks,
  type Task,
} from '@aws-sdk/client-ecs';
import { AppError } from '../../platform/errors.ts';
import type { AwsAccess } from '../clouds.ts';
import { type AwsClients, awsClients } from './aws-clients.ts';
import { askAws } from './aws-errors.ts';
import { Bucket } from './bucket.ts';
import { MADE_TAG, RUN_TAG } from './run-place.ts';
import { FAMILY_PREFIX, LOG_GROUP } from './task-definition.ts';

/** Something of this app in an account that no run of this workspace needs any more. */
export type AwsOrphan =
  /** It runs or waits, and costs money. */
  | { readonly kind: 'task'; readonly name: string; readonly run: string; readonly state: string }
  /** What a run has left in the bucket, its outputs among it. */
  | { readonly kind: 'files'; readonly name: string; readonly run: string; readonly bytes: number }
  /** A copy of the project's files, which the next run would use again. */
  | { readonly kind: 'archive'; readonly name: string; readonly run: null; readonly bytes: number }
  /** What tasks look like, where they run and where they print. Costs nothing, and the next run would use it again. */
  | { readonly kind: 'definition' | 'cluster' | 'log group'; readonly name: string; readonly run: null };

export interface AwsSweep {
  /** Runs of this workspace: those that go on, and those that are over. Others are unknown here. */
  readonly runs: ReadonlyMap<string, 'live' | 'over'>;
  readonly cluster: string;
  /** Where runs keep their files; null: files are not looked for. */
  readonly storage: { readonly name: string; readonly prefix: string } | null;
  /** Below which the archives of the project lie in it; null: it has none that are known. */
  readonly archives: string | null;
  /** A run whose files are meant as well, though it is known. */
  readonly filesOf: string | null;
  /** What cannot be looked for, which holds the rest up no longer. */
  readonly onMissed: (why: AppError) => void;
}

const DESCRIBED_AT_ONCE = 100;

/**
 * What of this app is left in an account and region: tasks whose run is over or unknown, files of runs that are unknown, and, while
 * nothing runs, all that runs share. Changes nothing.
 * @throws AppError of `awsFailure`
 */
export async function awsOrphans(access: AwsAccess, sweep: AwsSweep): Promise<readonly AwsOrphan[]> {
  const clients = awsClients(access);
  try {
    const tasks = await ownTasks(clients, sweep.cluster);
    const lost = tasks.flatMap((task): AwsOrphan[] => {
      const run = runOf(task);
      if (run === null || sweep.runs.get(run) === 'live') return [];
      return [{ kind: 'task', name: task.taskArn ?? '', run, state: task.lastStatus ?? '' }];
    });
    const isQuiet = tasks.length === 0 && ![...sweep.runs.values()].includes('live');
    const shared = isQuiet ? await sharedThings(clients, sweep) : [];
    return [...lost, ...(await leftFiles(clients, sweep)), ...shared];
  } finally {
    clients.close();
  }
}

async function ownTasks({ ecs }: AwsClients, cluster: string): Promise<Task[]> {
  const what = `The cluster ${cluster}`;
  return askAws({ action: 'ecs:ListTasks', what }, async () => {
    const arns: string[] = [];
    for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, { cluster }))
      arns.push(...taskArns);
    const tasks: Task[] = [];
    for (let at = 0; at < arns.length; at += DESCRIBED_AT_ONCE) {
      const batch = arns.slice(at, at + DESCRIBED_AT_ONCE);
      const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: batch, include: ['TAGS'] }));
      tasks.push(...(answer.tasks ?? []));
    }
    return tasks.filter((task) => runOf(task) !== null && task.lastStatus !== 'STOPPED');
  }).catch((error: unknown) => {
    // Nothing runs in a cluster that is not there.
    if (error instanceof AppError && error.code === 'E_CLOUD_CLUSTER') return [];
    throw error;
  });
}

/** What the app made for all runs. One that may not be looked for is told of, and does not hide the others. */
async function sharedThings(clients: AwsClients, sweep: AwsSweep): Promise<AwsOrphan[]> {
  const found: AwsOrphan[] = [];
  for (const look of [definitions, ownCluster, logGroup, archives])
    try {
      found.push(...(await look(clients, sweep)));
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'E_CLOUD_PERMISSION')) throw error;
      sweep.onMissed(error);
    }
  return found;
}

function definitions({ ecs: client }: AwsClients): Promise<AwsOrphan[]> {
  return askAws({ action: 'ecs:ListTaskDefinitions', what: 'the account' }, async () => {
    const found: AwsOrphan[] = [];
    for await (const { taskDefinitionArns = [] } of paginateListTaskDefinitions(
      { client },
      { status: 'ACTIVE' },
    ))
      for (const arn of taskDefinitionArns)
        if (arn.slice(arn.lastIndexOf('/') + 1).startsWith(FAMILY_PREFIX))
          found.push({ kind: 'definition', name: arn, run: null });
    return found;
  });
}

function ownCluster({ ecs }: AwsClients, { cluster }: AwsSweep): Promise<AwsOrphan[]> {
  return askAws({ action: 'ecs:DescribeClusters', what: `The cluster ${cluster}` }, async () => {
    const { clusters = [] } = await ecs.send(
      new DescribeClustersCommand({ clusters: [cluster], include: ['TAGS'] }),
    );
    return clusters
      .filter(({ status, tags = [] }) => status === 'ACTIVE' && tags.some(({ key }) => key === MADE_TAG))
      .map(({ clusterArn: name = cluster }) => ({ kind: 'cluster', name, run: null }));
  });
}

async function logGroup({ logs }: AwsClients): Promise<AwsOrphan[]> {
  const what = `the log group ${LOG_GROUP}`;
  const { logGroups = [] } = await askAws({ action: 'logs:DescribeLogGroups', what }, () =>
    logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: LOG_GROUP })),
  );
  const found = logGroups.find(({ logGroupName }) => logGroupName === LOG_GROUP);
  if (!found?.logGroupArn) return [];
  const { logGroupArn: resourceArn } = found;
  const { tags = {} } = await askAws({ action: 'logs:ListTagsForResource', what }, () =>
    logs.send(new ListTagsForResourceCommand({ resourceArn })),
  );
  return tags[MADE_TAG] === undefined ? [] : [{ kind: 'log group', name: LOG_GROUP, run: null }];
}

async function archives({ s3 }: AwsClients, sweep: AwsSweep): Promise<AwsOrphan[]> {
  const found: AwsOrphan[] = [];
  if (sweep.storage === null || sweep.archives === null) return found;
  for await (const { key: name, bytes } of new Bucket(s3, sweep.storage.name).list(`${sweep.archives}/`))
    found.push({ kind: 'archive', name, run: null, bytes });
  return found;
}

async function leftFiles({ s3 }: AwsClients, { storage, runs, filesOf }: AwsSweep): Promise<AwsOrphan[]> {
  if (storage === null) return [];
  const bucket = new Bucket(s3, storage.name);
  const folders = await bucket.folders(`${storage.prefix === '' ? '' : `${storage.prefix}/`}runs/`);
  const left: AwsOrphan[] = [];
  for (const name of folders) {
    const run = name.split('/').at(-2) ?? '';
    if (runs.has(run) && run !== filesOf) continue;
    let bytes = 0;
    for await (const object of bucket.list(name)) bytes += object.bytes;
    left.push({ kind: 'files', name, run, bytes });
  }
  return left;
}

/** Null for a task that is not this app's. */
function runOf({ tags = [] }: Task): string | null {
  return tags.find(({ key }) => key === RUN_TAG)?.value ?? null;
}
