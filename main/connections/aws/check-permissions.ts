import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeClustersCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { type ContextEntry, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AppError } from '../../platform/errors.ts';
import { DEFAULT_CLUSTER } from '../../providers/aws/aws-options.ts';
import type { CheckItem } from '../check.ts';
import { FailedItems, type Found } from '../checks/guide.ts';
import { awsError, isDenied } from './aws-errors.ts';
import type { AwsGround, AwsIdentity } from './check-aws.ts';
import { clientConfig } from './client-config.ts';
import { AWS_PERMISSIONS, type AwsPermission, type AwsScope } from './permissions.ts';
import { type PolicyPlace, resourcesOf } from './policy.ts';
import { simulated, type Verdicts } from './simulate.ts';

/** Every permission by name: simulated where AWS lets the caller, else tried with reads that change nothing. */
export async function checkPermissions(ground: AwsGround, identity: AwsIdentity): Promise<Found<null>> {
  if (/:root$/.test(identity.arn))
    return [null, 'You are the root user of the account, who may do everything.'];
  const asked = await simulate(ground, identity);
  const verdicts = asked ?? (await tryReads(ground));
  const items = AWS_PERMISSIONS.map(
    ({ action, why }): CheckItem => ({ name: action, why, ok: verdicts.get(action) ?? null }),
  );
  const missing = AWS_PERMISSIONS.filter(
    ({ action, required }) => required && verdicts.get(action) === false,
  );
  const how = asked
    ? 'asked of IAM by simulation'
    : 'tried with calls that only read, because iam:SimulatePrincipalPolicy is not allowed; what only a run can try was left out';
  const granted = items.filter(({ ok }) => ok === true).length;
  if (missing.length > 0)
    throw new FailedItems(
      new AppError({
        code: 'E_CLOUD_PERMISSION',
        message: `You lack ${missing.map(({ action, why }) => `${action} (to ${why})`).join(', ')}; ${how}.`,
        hint: `Give the policy of “scalable connections policy ${ground.profile.name}” to who looks after the AWS account.`,
      }),
      items,
    );
  return [null, `${granted} of ${items.length} permissions are there, ${how}.`, items];
}

/** A role is passed to ECS and nobody else. */
const TO_ECS = [
  {
    ContextKeyName: 'iam:PassedToService',
    ContextKeyType: 'string',
    ContextKeyValues: ['ecs-tasks.amazonaws.com'],
  },
] as const satisfies readonly ContextEntry[];

/** Null: the caller may not simulate. */
async function simulate(ground: AwsGround, identity: AwsIdentity): Promise<Verdicts | null> {
  const iam = new IAMClient(clientConfig(ground.access));
  const place: PolicyPlace = {
    partition: identity.partition,
    region: ground.access.region,
    account: identity.account,
    profile: ground.profile,
  };
  try {
    const principal = await principalArn(iam, identity);
    const verdicts = new Map<string, boolean>();
    for (const [scope, permissions] of byScope()) {
      const actions = permissions.map(({ action }) => action);
      const resources = resourcesOf(scope, place).map(exampleOf);
      const found = await simulated(iam, principal, actions, resources, scope === 'roles' ? TO_ECS : []);
      for (const [action, ok] of found) verdicts.set(action, ok);
    }
    return verdicts;
  } catch (error) {
    if (isDenied(error) || (error instanceof Error && /^(?:NoSuchEntity|InvalidInput)/.test(error.name)))
      return null;
    throw awsError(error, {
      of: ground.of,
      doing: 'check permissions',
      permission: 'iam:SimulatePrincipalPolicy',
    });
  } finally {
    iam.destroy();
  }
}

/** IAM simulates users and roles: of a role that was taken on, STS tells only the name and not the path. */
async function principalArn(iam: IAMClient, { arn, account, partition }: AwsIdentity): Promise<string> {
  const role = /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
  if (role === undefined) return arn;
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: role }));
    if (Role?.Arn) return Role.Arn;
  } catch (error) {
    if (!isDenied(error)) throw error;
  }
  return `arn:${partition}:iam::${account}:role/${role}`;
}

/** A resource to simulate with: a pattern stands for any one that it matches. */
const exampleOf = (resource: string): string =>
  resource === '*' ? '*' : resource.replace(/:\*:/g, ':000000000000:').replaceAll('*', 'scalable');

function byScope(): ReadonlyMap<AwsScope, readonly AwsPermission[]> {
  return Map.groupBy(AWS_PERMISSIONS, ({ on }) => on);
}

/** Reads that tell “you may not” from any other answer. */
async function tryReads(ground: AwsGround): Promise<Verdicts> {
  const config = clientConfig(ground.access);
  const ecs = new ECSClient(config);
  const ec2 = new EC2Client(config);
  const cluster = ground.profile.cluster ?? DEFAULT_CLUSTER;
  const reads: readonly (readonly [action: string, read: () => Promise<unknown>])[] = [
    ['ecs:DescribeClusters', () => ecs.send(new DescribeClustersCommand({ clusters: [cluster] }))],
    ['ecs:ListTasks', () => ecs.send(new ListTasksCommand({ cluster, maxResults: 1 }))],
    ['ecs:DescribeTasks', () => ecs.send(new DescribeTasksCommand({ cluster, tasks: ['0'.repeat(32)] }))],
    ['ec2:DescribeSubnets', () => ec2.send(new DescribeSubnetsCommand({ DryRun: true }))],
    ['ec2:DescribeSecurityGroups', () => ec2.send(new DescribeSecurityGroupsCommand({ DryRun: true }))],
  ];
  try {
    const verdicts = new Map<string, boolean>();
    for (const [action, read] of reads) verdicts.set(action, await isAllowed(read));
    return verdicts;
  } finally {
    ecs.destroy();
    ec2.destroy();
  }
}

/** Any answer but a refusal shows that the call was let through: there may be no such task, or a dry run would have worked. */
async function isAllowed(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    return !isDenied(error);
  }
}
