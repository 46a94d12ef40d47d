import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { AwsAccess, CloudWishes } from '../../providers/clouds.ts';
import type { Prompts } from '../prompts.ts';
import type { AwsProfile } from './aws-profile.ts';
import { awsCredentials } from './credentials.ts';
import { readSharedProfiles } from './shared-config.ts';

export interface OpenAwsParts {
  /** Null: whom the SDK's own chain finds. */
  readonly profile: AwsProfile | null;
  readonly wishes: CloudWishes;
  readonly prompts: Prompts;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends what is asked of a person. */
  readonly signal: AbortSignal;
}

/** As contract `AwsAccess`, with the credentials as this app asks for them. */
export interface OpenedAws extends AwsAccess {
  readonly credentials: ReturnType<typeof awsCredentials>;
}

/** How AWS is asked in the name of a profile. Reads ~/.aws, asks nothing of AWS. @throws AppError E_CLOUD_REGION */
export async function openAws({ profile, wishes, env, ...rest }: OpenAwsParts): Promise<OpenedAws> {
  const sharedName = profile?.sso ? null : (profile?.profile ?? env.AWS_PROFILE ?? 'default');
  const shared = (await readSharedProfiles()).find(({ name }) => name === sharedName) ?? null;
  const region =
    wishes.region ?? profile?.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? shared?.region ?? null;
  if (region === null) throw noRegion(profile);
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(region))
    throw new AppError({
      code: 'E_CLOUD_REGION',
      message: `${JSON.stringify(region)} is no region of AWS.`,
      hint: 'Regions look like us-east-1 or eu-central-1.',
    });
  const endpointUrl = profile?.endpointUrl ?? (env.AWS_ENDPOINT_URL || null);
  return {
    label: `${whom(profile, shared?.name ?? null)} in ${region}`,
    region,
    endpointUrl,
    credentials: awsCredentials({
      ...rest,
      profile,
      sharedProfile: shared?.name ?? null,
      signsInBySso: Boolean(profile?.sso ?? shared?.sso),
      region,
      endpointUrl,
    }),
  };
}

function whom(profile: AwsProfile | null, shared: string | null): string {
  const role = profile?.roleArn ? `role ${profile.roleArn.split('/').at(-1)} by way of ` : '';
  if (profile?.sso) return `${role}${profile.sso.roleName} of account ${profile.sso.accountId}`;
  if (profile?.profile) return `${role}profile ${profile.profile}`;
  return `${role}${shared === null ? 'the AWS credentials of this computer' : `profile ${shared}`}`;
}

function noRegion(profile: AwsProfile | null): AppError {
  return new AppError({
    code: 'E_CLOUD_REGION',
    message: 'Nothing says in which region of AWS to run.',
    hint: profile
      ? `Write region: into the target, or give the connection ${profile.name} one.`
      : 'Write region: into the target, or set AWS_REGION.',
  });
}
