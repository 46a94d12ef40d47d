import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { AwsAccess, CloudWishes } from '../../providers/clouds.ts';
import type { Prompts } from '../prompts.ts';
import type { AwsProfile } from './aws-profile.ts';
import type { CredentialsOf } from './credential-errors.ts';
import { AwsCredentialSource } from './credentials.ts';
import { readSharedProfiles, type SharedProfile } from './shared-config.ts';

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

/** Where the credentials come from is kept by whoever opens it: the next one may use it again. */
export interface OpenedAws {
  readonly access: Omit<AwsAccess, 'credentials'>;
  readonly source: AwsCredentialSource;
}

/** How AWS is asked in the name of a profile. Reads ~/.aws, asks nothing of AWS. @throws AppError E_CLOUD_REGION */
export async function openAws({ profile, wishes, env, ...rest }: OpenAwsParts): Promise<OpenedAws> {
  const shared = await sharedProfileOf(profile, env);
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
  const source = new AwsCredentialSource({
    ...rest,
    profile,
    of: ownerOf(profile, shared),
    region,
    endpointUrl,
  });
  return {
    access: { label: `${whom(profile, shared?.name ?? null)} in ${region}`, region, endpointUrl },
    source,
  };
}

/** The profile of ~/.aws that the credentials come from; null: another source. */
export async function sharedProfileOf(
  profile: AwsProfile | null,
  env: OpenAwsParts['env'],
): Promise<SharedProfile | null> {
  if (profile?.sso) return null;
  const wanted = profile?.profile ?? env.AWS_PROFILE ?? 'default';
  return (await readSharedProfiles()).find(({ name }) => name === wanted) ?? null;
}

export function ownerOf(profile: AwsProfile | null, shared: SharedProfile | null): CredentialsOf {
  return {
    connection: profile?.name ?? null,
    profile: profile?.profile ?? shared?.name ?? null,
    roleArn: profile?.roleArn ?? shared?.roleArn ?? null,
    signsInBySso: Boolean(profile?.sso ?? shared?.sso),
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
