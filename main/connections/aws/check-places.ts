import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type SecurityGroup,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { DescribeClustersCommand, ECSClient } from '@aws-sdk/client-ecs';
import { AppError } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import { DEFAULT_CLUSTER } from '../../providers/aws/aws-options.ts';
import type { Found } from '../checks/guide.ts';
import { failureOf } from '../failure.ts';
import { awsError } from './aws-errors.ts';
import type { AwsGround } from './check-aws.ts';
import { clientConfig } from './client-config.ts';

export async function checkCluster({ access, profile, of }: AwsGround): Promise<Found<null>> {
  const ecs = new ECSClient(clientConfig(access));
  const name = profile.cluster ?? DEFAULT_CLUSTER;
  try {
    const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: [name] }));
    const found = clusters.find(({ status }) => status === 'ACTIVE');
    if (!found && profile.cluster === null)
      return [null, `There is no ECS cluster ${name} yet; the first run makes it, which costs nothing.`];
    if (!found)
      throw new AppError({
        code: 'E_CLOUD_CLUSTER',
        message: `There is no ECS cluster ${name} in ${access.region}.`,
        hint: `Make it (it costs nothing): aws ecs create-cluster --cluster-name ${name} --region ${access.region}`,
      });
    return [null, `The ECS cluster ${name} is active; ${found.runningTasksCount ?? 0} tasks run in it now.`];
  } catch (error) {
    throw awsError(error, { of, doing: 'look at the cluster', permission: 'ecs:DescribeClusters' });
  } finally {
    ecs.destroy();
  }
}

/** Those that the connection names, else those of the default network. */
export async function checkSubnets(ground: AwsGround): Promise<Found<readonly Subnet[]>> {
  const { access, profile, of } = ground;
  const ec2 = new EC2Client(clientConfig(access));
  try {
    const { Subnets = [] } = await ec2.send(
      new DescribeSubnetsCommand(
        profile.subnets.length > 0
          ? { SubnetIds: [...profile.subnets] }
          : { Filters: [{ Name: 'default-for-az', Values: ['true'] }] },
      ),
    );
    if (Subnets.length === 0)
      throw new AppError({
        code: 'E_CLOUD_SUBNETS',
        message: `${access.region} has no default network, and the connection names no subnets.`,
        hint: 'Name subnets with --subnets subnet-…, or make a default network: aws ec2 create-default-vpc',
      });
    const networks = new Set(Subnets.map(({ VpcId }) => VpcId));
    if (networks.size > 1)
      throw new AppError({
        code: 'E_CLOUD_SUBNETS',
        message: `The subnets lie in ${networks.size} networks (${[...networks].join(', ')}); tasks can be in one only.`,
        hint: 'Name subnets of one network.',
      });
    const full = Subnets.filter(({ AvailableIpAddressCount }) => AvailableIpAddressCount === 0);
    if (full.length === Subnets.length)
      throw new AppError({
        code: 'E_CLOUD_SUBNETS',
        message: 'The subnets have no free addresses, and each task needs one.',
        hint: 'Name larger subnets.',
      });
    const free = Subnets.reduce((sum, { AvailableIpAddressCount = 0 }) => sum + AvailableIpAddressCount, 0);
    const ids = Subnets.map(({ SubnetId }) => SubnetId).join(', ');
    return [Subnets, `${ids} in ${[...networks][0]}: room for ${free} tasks.`];
  } catch (error) {
    if (/^InvalidSubnet/.test(failureOf(error).name))
      throw new AppError(
        {
          code: 'E_CLOUD_SUBNETS',
          message: `${access.region} has no such subnet: ${failureOf(error).message}`,
          hint: 'aws ec2 describe-subnets lists those that there are.',
        },
        { cause: error },
      );
    throw awsError(error, { of, doing: 'look at the subnets', permission: 'ec2:DescribeSubnets' });
  } finally {
    ec2.destroy();
  }
}

/** Those that the connection names, else the default one of the subnets' network. */
export async function checkSecurityGroups(
  { access, profile, of }: AwsGround,
  subnets: readonly Subnet[] | null,
): Promise<Found<null>> {
  const network = subnets?.[0]?.VpcId;
  const ec2 = new EC2Client(clientConfig(access));
  try {
    const { SecurityGroups = [] } = await ec2.send(
      new DescribeSecurityGroupsCommand(
        profile.securityGroups.length > 0
          ? { GroupIds: [...profile.securityGroups] }
          : {
              Filters: [
                { Name: 'group-name', Values: ['default'] },
                ...(network === undefined ? [] : [{ Name: 'vpc-id', Values: [network] }]),
              ],
            },
      ),
    );
    return [null, groupsSentence(SecurityGroups, network)];
  } catch (error) {
    if (/^InvalidGroup|^InvalidSecurityGroup/.test(failureOf(error).name))
      throw groupsError(
        `${access.region} has no such security group: ${failureOf(error).message}`,
        'aws ec2 describe-security-groups lists those that there are.',
      );
    throw awsError(error, {
      of,
      doing: 'look at the security groups',
      permission: 'ec2:DescribeSecurityGroups',
    });
  } finally {
    ec2.destroy();
  }
}

function groupsSentence(groups: readonly SecurityGroup[], network: string | undefined): string {
  if (groups.length === 0)
    throw groupsError('The network has no default security group.', 'Name one with --security-groups sg-….');
  const elsewhere = groups.find(({ VpcId }) => network !== undefined && VpcId !== network);
  if (elsewhere)
    throw groupsError(
      `The security group ${elsewhere.GroupId} is of the network ${elsewhere.VpcId}, the subnets are of ${network}.`,
      'Name security groups of the network of the subnets.',
    );
  // Tasks fetch their image and write their results themselves.
  if (groups.every(({ IpPermissionsEgress = [] }) => IpPermissionsEgress.length === 0))
    throw groupsError(
      'The security groups let nothing out, so that tasks can neither fetch their image nor write results.',
      'Allow outgoing traffic to port 443 in one of them.',
    );
  const names = groups.map(({ GroupId, GroupName }) => `${GroupId} (${plainText(GroupName ?? '', 60)})`);
  return `${names.join(', ')}: outgoing traffic is allowed.`;
}

const groupsError = (message: string, hint: string): AppError =>
  new AppError({ code: 'E_CLOUD_SECURITY_GROUPS', message, hint });
