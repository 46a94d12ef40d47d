import { assertNever } from '../platform/errors.ts';
import { bucketFolder } from '../providers/gcp/gcp-options.ts';
import type { AwsProfile } from './aws/aws-profile.ts';
import { smallestPolicy } from './aws/policy.ts';
import { grantsFor } from './gcp/permissions.ts';
import type { ConnectionProfile } from './profile.ts';

/** What to give to who looks after the account: an IAM policy as JSON for AWS, commands for Google Cloud; null where there is no such thing. */
export function policyText(profile: ConnectionProfile): string | null {
  switch (profile.kind) {
    case 'ssh':
      return null;
    case 'aws':
      return JSON.stringify(awsPolicyOf(profile), null, 2);
    case 'gcp':
      return grantsFor({
        project: profile.project ?? 'PROJECT',
        member: profile.impersonate ? `serviceAccount:${profile.impersonate}` : 'user:YOU',
        serviceAccount: profile.serviceAccount,
        bucket: bucketFolder(profile.storage)?.bucket ?? null,
        image: profile.image,
      }).join('\n');
    default:
      assertNever(profile);
  }
}

export function awsPolicyOf(profile: AwsProfile) {
  const arn = profile.taskRoleArn ?? profile.executionRoleArn ?? profile.roleArn ?? '';
  const [, partition, , , account] = arn.split(':');
  return smallestPolicy({
    partition: partition ?? partitionOf(profile.region ?? ''),
    region: profile.region,
    account: profile.sso?.accountId ?? account ?? null,
    profile,
  });
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
