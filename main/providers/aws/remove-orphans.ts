import { DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteClusterCommand, DeregisterTaskDefinitionCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { assertNever } from '../../platform/errors.ts';
import type { AwsAccess } from '../clouds.ts';
import { type AwsClients, awsClients } from './aws-clients.ts';
import { askAws } from './aws-errors.ts';
import { Bucket } from './bucket.ts';
import type { AwsOrphan, AwsSweep } from './sweep.ts';

/** Ends and removes them; tasks take a while to end. @throws AppError of `awsFailure` */
export async function removeAwsOrphans(
  access: AwsAccess,
  orphans: readonly AwsOrphan[],
  place: Pick<AwsSweep, 'cluster' | 'storage'>,
): Promise<void> {
  const clients = awsClients(access);
  try {
    for (const orphan of orphans) await remove(clients, orphan, place);
  } finally {
    clients.close();
  }
}

async function remove(
  { ecs, logs, s3 }: AwsClients,
  { kind, name }: AwsOrphan,
  { cluster, storage }: Pick<AwsSweep, 'cluster' | 'storage'>,
): Promise<void> {
  switch (kind) {
    case 'task':
      await askAws({ action: 'ecs:StopTask', what: name }, () =>
        ecs.send(new StopTaskCommand({ cluster, task: name, reason: 'swept: its run is over' })),
      );
      return;
    case 'definition':
      await askAws({ action: 'ecs:DeregisterTaskDefinition', what: name }, () =>
        ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: name })),
      );
      return;
    case 'cluster':
      await askAws({ action: 'ecs:DeleteCluster', what: name }, () =>
        ecs.send(new DeleteClusterCommand({ cluster: name })),
      );
      return;
    case 'log group':
      await askAws({ action: 'logs:DeleteLogGroup', what: name }, () =>
        logs.send(new DeleteLogGroupCommand({ logGroupName: name })),
      );
      return;
    case 'archive':
      if (storage) await new Bucket(s3, storage.name).remove([name]);
      return;
    case 'files':
      if (storage) await removeBelow(new Bucket(s3, storage.name), name);
      return;
    default:
      assertNever(kind);
  }
}

async function removeBelow(bucket: Bucket, prefix: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of bucket.list(prefix)) keys.push(key);
  await bucket.remove(keys);
}
