import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { AwsProfile } from './aws-profile.ts';
import { sharedProfileOf } from './open-aws.ts';
import { type SignInEvent, type SsoPlace, signIn } from './sso-login.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Signs a connection in where its credentials come from. @throws AppError E_CREDENTIALS_NO_SIGN_IN, and those of `signIn` */
export async function signInOf(
  profile: AwsProfile,
  { env, clock, signal }: { readonly env: Env; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<AsyncGenerator<SignInEvent>> {
  const place = await ssoPlaceOf(profile, env);
  if (place === null)
    throw new AppError({
      code: 'E_CREDENTIALS_NO_SIGN_IN',
      message: `The connection ${profile.name} does not sign in with IAM Identity Center.`,
      hint: 'Give it a profile of ~/.aws/config that does (aws configure sso), or --sso-start-url and its companions.',
    });
  return signIn({ place, endpointUrl: profile.endpointUrl ?? (env.AWS_ENDPOINT_URL || null), clock, signal });
}

/** Where a connection signs in; null: its credentials are not of that kind. */
async function ssoPlaceOf(profile: AwsProfile, env: Env): Promise<SsoPlace | null> {
  if (profile.sso)
    return { session: null, startUrl: profile.sso.startUrl, region: profile.sso.region, scopes: [] };
  return (await sharedProfileOf(profile, env))?.sso ?? null;
}
