import {
  DeregisterTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  paginateListTaskDefinitions,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { AwsAccess } from '../clouds.ts';
import { type AwsClients, awsClients } from './aws-clients.ts';
import { awsFailure } from './aws-errors.ts';
import { Bucket } from './bucket.ts';
import { FAMILY_PREFIX } from './task-definition.ts';

/** Something of this app in an account that no run of this workspace needs any more. */
export type AwsOrphan =
  /** It runs or waits, and costs money. */
  | { readonly kind: 'task'; readonly name: string; readonly run: string; readonly state: string }
  /** What a run has left in the bucket, its outputs among it. */
  | { readonly kind: 'files'; readonly name: string; readonly run: string; readonly bytes: number }
  /** What tasks look like. Costs nothing, and the next run would use it again. */
  | { readonly kind: 'definition'; readonly name: string; readonly run: null };

export interface AwsSweep {
  /** Runs of this workspace: those that go on, and those that are over. Others are unknown here. */
  readonly runs: ReadonlyMap<string, 'live' | 'over'>;
  readonly cluster: string;
  /** Where runs keep their files; null: files are not looked for. */
  readonly storage: { readonly name: string; readonly prefix: string } | null;
  /** A run whose files are meant as well, though it is known. */
  readonly filesOf: string | null;
}

const RUN_TAG = 'scalable:run';
const DESCRIBED_AT_ONCE = 100;

/**
 * What of this app is left in an account and region: tasks whose run is over or unknown, files of runs that are unknown, and, while
 * nothing runs, definitions of tasks. Changes nothing.
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
    const definitions = isQuiet ? await ownDefinitions(clients.ecs) : [];
    return [...lost, ...(await leftFiles(clients, sweep)), ...definitions];
  } finally {
    clients.close();
  }
}

/** Ends and removes them. @throws AppError of `awsFailure` */
export async function removeAwsOrphans(
  access: AwsAccess,
  orphans: readonly AwsOrphan[],
  { cluster, storage }: Pick<AwsSweep, 'cluster' | 'storage'>,
): Promise<void> {
  const clients = awsClients(access);
  const { ecs } = clients;
  try {
    for (const orphan of orphans) {
      switch (orphan.kind) {
        case 'task':
          await asked('ecs:StopTask', orphan.name, () =>
            ecs.send(new StopTaskCommand({ cluster, task: orphan.name, reason: 'swept: its run is over' })),
          );
          break;
        case 'definition':
          await asked('ecs:DeregisterTaskDefinition', orphan.name, () =>
            ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: orphan.name })),
          );
          break;
        case 'files':
          if (storage) await removeBelow(new Bucket(clients.s3, storage.name), orphan.name);
      }
    }
  } finally {
    clients.close();
  }
}

async function ownTasks({ ecs }: AwsClients, cluster: string): Promise<Task[]> {
  return asked('ecs:ListTasks', `the cluster ${cluster}`, async () => {
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await ecs.send(new ListTasksCommand({ cluster, ...(nextToken && { nextToken }) }));
      arns.push(...(page.taskArns ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    const tasks: Task[] = [];
    for (let at = 0; at < arns.length; at += DESCRIBED_AT_ONCE) {
      const batch = arns.slice(at, at + DESCRIBED_AT_ONCE);
      const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: batch, include: ['TAGS'] }));
      tasks.push(...(answer.tasks ?? []));
    }
    return tasks.filter((task) => runOf(task) !== null && task.lastStatus !== 'STOPPED');
  }).catch((error: unknown) => {
    // Nothing runs in a cluster that is not there.
    if (error instanceof Error && 'code' in error && error.code === 'E_CONNECTION_CLUSTER') return [];
    throw error;
  });
}

async function ownDefinitions(ecs: ECSClient): Promise<AwsOrphan[]> {
  return asked('ecs:ListTaskDefinitions', 'the account', async () => {
    const found: AwsOrphan[] = [];
    for await (const { taskDefinitionArns = [] } of paginateListTaskDefinitions(
      { client: ecs },
      { status: 'ACTIVE' },
    ))
      for (const arn of taskDefinitionArns)
        if (arn.slice(arn.lastIndexOf('/') + 1).startsWith(FAMILY_PREFIX))
          found.push({ kind: 'definition', name: arn, run: null });
    return found;
  });
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

async function removeBelow(bucket: Bucket, prefix: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of bucket.list(prefix)) keys.push(key);
  await bucket.remove(keys);
}

/** Null for a task that is not this app's. */
function runOf({ tags = [] }: Task): string | null {
  return tags.find(({ key }) => key === RUN_TAG)?.value ?? null;
}

async function asked<T>(action: string, what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw awsFailure(error, { action, what });
  }
}
