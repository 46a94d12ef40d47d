import { CreateLogGroupCommand, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { CreateClusterCommand, DescribeClustersCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { AppError } from '../../platform/errors.ts';
import type { AwsClients } from './aws-clients.ts';
import { askAws, awsFailure, errorName, httpStatus } from './aws-errors.ts';
import { type AwsOptions, DEFAULT_CLUSTER } from './aws-options.ts';
import type { Bucket } from './bucket.ts';
import type { Network } from './ecs-tasks.ts';
import { MADE_TAG } from './run-place.ts';
import { FAMILY_PREFIX, LOG_GROUP } from './task-definition.ts';

export interface Account {
  readonly id: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  /** Null: that of an EC2 cluster's machines. */
  readonly network: Network | null;
}

/** Fargate's limits of virtual CPUs at once, for each account and region. */
const QUOTAS = { onDemand: 'L-3032A538', spot: 'L-36FBB829' } as const;
const KEEP_LOGS_DAYS = 30;

/**
 * Makes sure, before any work is begun, that AWS will take it: who asks, the bucket, the cluster (which is made where none is named),
 * the network, the log group, the permission to run tasks, and room for at least one.
 * @throws AppError that says which permission or setting is missing
 */
export async function readyAccount(
  clients: AwsClients,
  options: AwsOptions,
  bucket: Bucket,
  place: { readonly region: string; readonly run: string; readonly tags: Readonly<Record<string, string>> },
): Promise<Account> {
  const identity = await readyBucket(clients, bucket, place);
  await ensureCluster(clients, options, place.tags);
  await ensureLogGroup(clients, place.tags);
  const network = await networkOf(clients, options);
  await mayRunTasks(clients, options, place.tags);
  await checkQuota(clients, options, place.region);
  return { ...identity, network };
}

/** Who asks, and whether the run's bucket is there and takes files. @throws AppError of `awsFailure` */
export async function readyBucket(
  clients: Pick<AwsClients, 'sts' | 's3'>,
  bucket: Bucket,
  { region, run }: { readonly region: string; readonly run: string },
): Promise<Pick<Account, 'id' | 'partition'>> {
  const { Arn = '', Account = '' } = await askAws(
    { action: 'sts:GetCallerIdentity', what: `the region ${region}` },
    () => clients.sts.send(new GetCallerIdentityCommand({})),
  );
  await checkBucket(clients, bucket, { run });
  return { id: Account, partition: /^arn:([^:]+):/.exec(Arn)?.[1] ?? 'aws' };
}

/** A role by its name alone is one of the account's. */
export function roleArn(role: string, { id, partition }: Account): string {
  return role.startsWith('arn:') ? role : `arn:${partition}:iam::${id}:role/${role}`;
}

async function checkBucket(
  { s3 }: Pick<AwsClients, 's3'>,
  bucket: Bucket,
  { run }: { run: string },
): Promise<void> {
  const what = `s3://${bucket.name}`;
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket.name }));
  } catch (error) {
    // A HEAD has no body: the status is all there is to go by.
    if (httpStatus(error) === 404)
      throw awsFailure(
        Object.assign(new Error('no such bucket', { cause: error }), { name: 'NoSuchBucket' }),
        {
          action: 's3:ListBucket',
          what,
        },
      );
    throw awsFailure(error, { action: 's3:ListBucket', what });
  }
  await bucket.put(`${run}/begun`, 'begun\n');
}

async function ensureCluster(
  { ecs }: AwsClients,
  { cluster, clusterType }: AwsOptions,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const what = `The cluster ${cluster}`;
  const { clusters = [] } = await askAws({ action: 'ecs:DescribeClusters', what }, () =>
    ecs.send(new DescribeClustersCommand({ clusters: [cluster] })),
  );
  if (clusters.some(({ status }) => status === 'ACTIVE')) return;
  if (cluster !== DEFAULT_CLUSTER || clusterType === 'ec2')
    throw awsFailure(Object.assign(new Error(cluster), { name: 'ClusterNotFoundException' }), {
      action: 'ecs:DescribeClusters',
      what,
    });
  await askAws({ action: 'ecs:CreateCluster', what }, () =>
    ecs.send(
      new CreateClusterCommand({
        clusterName: cluster,
        capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
        tags: [{ key: MADE_TAG, value: 'yes' }, ...tagList(tags)],
      }),
    ),
  );
}

async function ensureLogGroup({ logs }: AwsClients, tags: Readonly<Record<string, string>>): Promise<void> {
  const what = `the log group ${LOG_GROUP}`;
  try {
    const group = { logGroupName: LOG_GROUP, tags: { [MADE_TAG]: 'yes', ...tags } };
    await logs.send(new CreateLogGroupCommand(group));
  } catch (error) {
    if (errorName(error) === 'ResourceAlreadyExistsException') return;
    throw awsFailure(error, { action: 'logs:CreateLogGroup', what });
  }
  await askAws({ action: 'logs:PutRetentionPolicy', what }, () =>
    logs.send(new PutRetentionPolicyCommand({ logGroupName: LOG_GROUP, retentionInDays: KEEP_LOGS_DAYS })),
  );
}

async function networkOf(
  { ec2 }: AwsClients,
  { clusterType, vpc, subnets, securityGroups, publicIp }: AwsOptions,
): Promise<Network | null> {
  if (subnets.length > 0) return { subnets, securityGroups, publicIp };
  if (clusterType === 'ec2') return null;
  const { Subnets = [] } = await askAws({ action: 'ec2:DescribeSubnets', what: 'the account' }, () =>
    ec2.send(
      new DescribeSubnetsCommand({
        Filters: [vpc ? { Name: 'vpc-id', Values: [vpc] } : { Name: 'default-for-az', Values: ['true'] }],
      }),
    ),
  );
  const found = Subnets.flatMap(({ SubnetId }) => SubnetId ?? []);
  if (found.length > 0) return { subnets: found.slice(0, 16), securityGroups, publicIp };
  throw new AppError({
    code: 'E_CLOUD_SUBNETS',
    message: vpc
      ? `The VPC ${vpc} has no subnets in this region.`
      : 'This account has no default network in this region, and the target names no subnets.',
    hint: 'Name them in the target: subnets: [subnet-…] (aws ec2 describe-subnets lists them).',
  });
}

/** AWS looks at permissions, that to tag what is started among them, before it looks for the definition, which does not exist. */
async function mayRunTasks(
  { ecs }: AwsClients,
  { cluster }: AwsOptions,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const taskDefinition = `${FAMILY_PREFIX}permission-check:1`;
  try {
    await ecs.send(new RunTaskCommand({ cluster, taskDefinition, count: 1, tags: tagList(tags) }));
  } catch (error) {
    const failure = awsFailure(error, { action: 'ecs:RunTask', what: `the cluster ${cluster}` });
    if (failure.code !== 'E_SITE_REFUSED') throw failure;
  }
}

async function checkQuota(
  { quotas }: AwsClients,
  { clusterType, spot }: AwsOptions,
  region: string,
): Promise<void> {
  if (clusterType === 'ec2') return;
  const kind = spot ? 'Fargate Spot' : 'Fargate On-Demand';
  const QuotaCode = spot ? QUOTAS.spot : QUOTAS.onDemand;
  const quota = await quotas
    .send(new GetServiceQuotaCommand({ ServiceCode: 'fargate', QuotaCode }))
    .catch((error: unknown) => {
      // Whoever may not look finds out when no room is given.
      const { code } = awsFailure(error, { action: 'servicequotas:GetServiceQuota', what: kind });
      if (code === 'E_CREDENTIALS_EXPIRED') throw error;
      return null;
    });
  if (quota?.Quota?.Value !== 0) return;
  throw new AppError({
    code: 'E_QUOTA',
    message: `This account may run no ${kind} tasks in ${region}: its quota of virtual CPUs is 0.`,
    hint: `Ask AWS for more: aws service-quotas request-service-quota-increase --service-code fargate --quota-code ${QuotaCode} --desired-value 64 --region ${region}.`,
  });
}

const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));
