import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AppError } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import { awsRefusal, httpStatus } from '../../providers/aws/aws-errors.ts';
import { AWS_REGIONS, mustBeAwsRegion } from '../../providers/aws/regions.ts';
import type { AwsAccess } from '../../providers/clouds.ts';
import { noSuchRegion } from '../../providers/region-name.ts';
import { CHECKS_OF, type CheckEvent } from '../check.ts';
import type { ChecksOptions } from '../checks/check-site.ts';
import { type Found, type Guide, guided } from '../checks/guide.ts';
import { nothingNamed } from '../checks/nothing-named.ts';
import { awsError } from './aws-errors.ts';
import type { AwsProfile } from './aws-profile.ts';
import { checkImage } from './check-image.ts';
import { checkPermissions } from './check-permissions.ts';
import { checkCluster, checkSecurityGroups, checkSubnets } from './check-places.ts';
import { checkQuota } from './check-quota.ts';
import { checkRole } from './check-role.ts';
import { checkStorage } from './check-storage.ts';
import { clientConfig } from './client-config.ts';
import type { CredentialsOf } from './credential-errors.ts';
import { ownerOf, sharedProfileOf } from './open-aws.ts';

/** What the steps of the guide work with. */
export interface AwsGround {
  readonly access: AwsAccess;
  readonly profile: AwsProfile;
  readonly of: CredentialsOf;
}

/** Whom AWS takes the caller for. */
export interface AwsIdentity {
  readonly account: string;
  readonly arn: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
}

/** The guide of AWS: each step really asks, and nothing that it makes stays. */
export async function* checkAws(
  options: ChecksOptions & { readonly profile: AwsProfile },
): AsyncGenerator<CheckEvent> {
  yield* guided(options, CHECKS_OF.aws, (guide) => walk(guide, options));
}

async function walk(
  guide: Guide,
  { name, profile, sites }: ChecksOptions & { readonly profile: AwsProfile },
): Promise<void> {
  const of = ownerOf(profile, await sharedProfileOf(profile, process.env));
  const access = await guide.needed('credentials', async (): Promise<Found<AwsAccess>> => {
    sites.askAgain(name);
    const opened = await sites.aws(name, {});
    if (typeof opened.credentials === 'function') await opened.credentials();
    return [opened, `Found: ${sourceOf(profile, of)}.`];
  });
  const ground: AwsGround = { access, profile, of };
  const identity = await guide.needed('identity', () => checkIdentity(ground));
  await guide.needed('region', () => checkRegion(ground));
  await guide.tried('permissions', () => checkPermissions(ground, identity));
  await guide.tried('cluster', () => checkCluster(ground));
  const subnets = await guide.tried('subnets', () => checkSubnets(ground));
  await guide.tried('security_groups', () => checkSecurityGroups(ground, subnets));
  await guide.tried('execution_role', () => checkRole(ground, 'execution_role'));
  await guide.tried('task_role', () => checkRole(ground, 'task_role'));
  await (profile.image === null
    ? guide.optional('image', async () => nothingNamed('image', '--image ghcr.io/lab/model:2.0'))
    : guide.tried('image', () => checkImage(ground)));
  await (profile.storage === null
    ? guide.optional('storage', async () => nothingNamed('bucket', '--storage s3://bucket/folder'))
    : guide.tried('storage', () => checkStorage(ground)));
  await guide.tried('quota', () => checkQuota(ground, 'on_demand'));
  await guide.optional('spot_quota', () => checkQuota(ground, 'spot'));
}

/** Which of the SDK's ways it was, for people who wonder whose credentials these are. */
function sourceOf(profile: AwsProfile, of: CredentialsOf): string {
  const role = profile.roleArn
    ? `, taking on ${profile.roleArn}${profile.mfaSerial ? ' with an MFA code' : ''}`
    : '';
  if (profile.sso) return `the sign-in at ${profile.sso.startUrl} as ${profile.sso.roleName}${role}`;
  if (of.profile && profile.profile) {
    const how = of.signsInBySso ? ', signed in by IAM Identity Center' : '';
    return `the profile ${of.profile} of ~/.aws${how}${role}`;
  }
  const env = process.env.AWS_ACCESS_KEY_ID && !process.env.AWS_PROFILE;
  return `${env ? 'the environment (AWS_ACCESS_KEY_ID)' : 'what the AWS tools of this computer use'}${role}`;
}

async function checkIdentity({ access, of }: AwsGround): Promise<Found<AwsIdentity>> {
  const sts = new STSClient(clientConfig(access));
  try {
    const { Account: account, Arn: arn } = await sts.send(new GetCallerIdentityCommand({}));
    const partition = /^arn:(aws[a-z-]*):(?:sts|iam)::\d{12}:[\w+=,.@:/-]{1,512}$/.exec(arn ?? '')?.[1];
    if (!/^\d{12}$/.test(account ?? '') || partition === undefined || !account || !arn)
      throw new AppError({
        code: 'E_CLOUD_ANSWER',
        message: `What answers for AWS does not say who you are: ${plainText(arn ?? 'nothing', 120)}`,
        hint: access.endpointUrl
          ? `Look at the endpoint ${access.endpointUrl}.`
          : 'Try: aws sts get-caller-identity',
      });
    return [{ account, arn, partition }, `You are ${arn}, account ${account}.`];
  } catch (error) {
    await tellRegion(access, error);
    throw awsError(error, { of, doing: 'say who you are', permission: null });
  } finally {
    sts.destroy();
  }
}

async function checkRegion({ access, of }: AwsGround): Promise<Found<null>> {
  const ec2 = new EC2Client(clientConfig(access));
  try {
    const { Regions = [] } = await ec2.send(new DescribeRegionsCommand({ AllRegions: true }));
    const found = Regions.find(({ RegionName }) => RegionName === access.region);
    if (!found)
      throw noSuchRegion(access.region, AWS_REGIONS, {
        others: Regions.flatMap(({ RegionName }) => RegionName ?? []),
      });
    if (found.OptInStatus === 'not-opted-in')
      throw new AppError({
        code: 'E_CLOUD_REGION',
        message: `The region ${access.region} is not enabled for the account.`,
        hint: `Enable it in the AWS console under Account, AWS Regions, or with: aws account enable-region --region-name ${access.region}`,
      });
    return [null, `${access.region} is there and enabled for the account.`];
  } catch (error) {
    if (error instanceof AppError) throw error;
    await tellRegion(access, error);
    // AWS answered there, so there is such a region; that its list may not be read is no matter.
    if (httpStatus(error) === 403) return [null, `${access.region} answers.`];
    throw awsError(error, { of, doing: 'list the regions', permission: 'ec2:DescribeRegions' });
  } finally {
    ec2.destroy();
  }
}

/** Of a region that does not exist nobody answers. @throws AppError `E_CLOUD_REGION` */
async function tellRegion({ region, endpointUrl }: AwsAccess, thrown: unknown): Promise<void> {
  if (endpointUrl === null && awsRefusal(thrown) === 'unreachable') await mustBeAwsRegion(region);
}
