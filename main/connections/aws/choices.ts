import {
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { ECSClient, paginateListClusters } from '@aws-sdk/client-ecs';
import { IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import { plainText } from '../../platform/plain-text.ts';
import type { AwsAccess } from '../../providers/clouds.ts';
import { awsError } from './aws-errors.ts';
import { trustsEcs } from './check-role.ts';
import { clientConfig } from './client-config.ts';
import type { CredentialsOf } from './credential-errors.ts';

export interface NamedThing {
  readonly id: string;
  /** What people call it; empty where it has no name. */
  readonly name: string;
  /** The network that it is of. */
  readonly network: string;
  readonly isDefault: boolean;
}

/** What the account offers for targets, read now. */
export interface AwsChoices {
  readonly kind: 'aws';
  readonly regions: readonly string[];
  readonly clusters: readonly string[];
  readonly subnets: readonly NamedThing[];
  readonly securityGroups: readonly NamedThing[];
  /** Roles that ECS may take on, by ARN. */
  readonly roles: readonly string[];
  /** What could not be read, in sentences. */
  readonly troubles: readonly string[];
}

/** More than this of a kind, nobody picks from a list. */
const MOST = 500;

/** @throws AppError E_CREDENTIALS… when nothing at all can be asked */
export async function readAwsChoices(access: AwsAccess, of: CredentialsOf): Promise<AwsChoices> {
  if (typeof access.credentials === 'function') await access.credentials();
  const config = clientConfig(access);
  const ec2 = new EC2Client(config);
  const ecs = new ECSClient(config);
  const iam = new IAMClient(config);
  const troubles: string[] = [];
  const read = async <T>(permission: string, doing: string, call: () => Promise<readonly T[]>) => {
    try {
      return (await call()).slice(0, MOST);
    } catch (error) {
      troubles.push(awsError(error, { of, doing, permission }).message);
      return [];
    }
  };
  try {
    const [regions, clusters, subnets, securityGroups, roles] = await Promise.all([
      read('ec2:DescribeRegions', 'list the regions', async () => {
        const { Regions = [] } = await ec2.send(new DescribeRegionsCommand({}));
        return Regions.flatMap(({ RegionName }) => RegionName ?? []).sort();
      }),
      read('ecs:ListClusters', 'list the clusters', async () => {
        const found: string[] = [];
        for await (const { clusterArns = [] } of paginateListClusters({ client: ecs }, {}))
          found.push(...clusterArns.map((arn) => arn.split('/').at(-1) ?? arn));
        return found.sort();
      }),
      read('ec2:DescribeSubnets', 'list the subnets', async () => {
        const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
        return Subnets.map(
          ({ SubnetId = '', VpcId = '', AvailabilityZone = '', DefaultForAz, Tags = [] }) => ({
            id: SubnetId,
            name: plainText(Tags.find(({ Key }) => Key === 'Name')?.Value ?? AvailabilityZone, 80),
            network: VpcId,
            isDefault: DefaultForAz === true,
          }),
        );
      }),
      read('ec2:DescribeSecurityGroups', 'list the security groups', async () => {
        const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
        return SecurityGroups.map(({ GroupId = '', GroupName = '', VpcId = '' }) => ({
          id: GroupId,
          name: plainText(GroupName, 80),
          network: VpcId,
          isDefault: GroupName === 'default',
        }));
      }),
      read('iam:ListRoles', 'list the roles', async () => {
        const found: string[] = [];
        for await (const { Roles = [] } of paginateListRoles({ client: iam }, {}))
          for (const { Arn, AssumeRolePolicyDocument } of Roles)
            if (Arn && trustsEcs(AssumeRolePolicyDocument)) found.push(Arn);
        return found.sort();
      }),
    ]);
    return { kind: 'aws', regions, clusters, subnets, securityGroups, roles, troubles };
  } finally {
    for (const client of [ec2, ecs, iam]) client.destroy();
  }
}
