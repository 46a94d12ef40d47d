import {
  fromIni,
  fromNodeProviderChain,
  fromSSO,
  fromTemporaryCredentials,
} from '@aws-sdk/credential-providers';
import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { AwsAccess } from '../../providers/clouds.ts';
import type { Prompts } from '../prompts.ts';
import type { AwsProfile } from './aws-profile.ts';
import { type CredentialsOf, credentialsError } from './credential-errors.ts';

export type AwsCredentials = AwsAccess['credentials'];
type Provider = Extract<AwsCredentials, (...args: never[]) => unknown>;
export type Identity = Awaited<ReturnType<Provider>>;

export interface CredentialsParts {
  readonly profile: AwsProfile | null;
  readonly of: CredentialsOf;
  readonly region: string;
  readonly endpointUrl: string | null;
  readonly prompts: Prompts;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Credentials that end within this time are renewed first: a call may take a while. */
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * The SDK's own ways to credentials, asked once for all clients of a connection: a code of an MFA device serves only once.
 * @returns a provider that rejects with AppError `E_CREDENTIALS…`, `E_CLOUD_UNREACHABLE`
 */
export function awsCredentials(parts: CredentialsParts): () => Promise<Identity> {
  const { of, clock } = parts;
  const source = sourceOf(parts);
  let current: Identity | null = null;
  let pending: Promise<Identity> | null = null;
  return async () => {
    const ends = current?.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    if (current && ends - clock.now() > RENEW_BEFORE_MS) return current;
    pending ??= source()
      .catch((error: unknown) => {
        throw credentialsError(error, of);
      })
      .finally(() => {
        pending = null;
      });
    current = await pending;
    return current;
  };
}

function sourceOf(parts: CredentialsParts): () => Promise<Identity> {
  const { profile, region, endpointUrl } = parts;
  const clientConfig = { region, ...(endpointUrl !== null && { endpoint: endpointUrl }) };
  const mfaCodeProvider = (serial: string) => askCode(parts, serial);
  const first = firstSource(profile, { clientConfig, mfaCodeProvider, ignoreCache: true });
  if (!profile?.roleArn) return first;
  return fromTemporaryCredentials({
    masterCredentials: first,
    clientConfig,
    mfaCodeProvider,
    params: {
      RoleArn: profile.roleArn,
      RoleSessionName: 'scalable',
      ...(profile.mfaSerial !== null && { SerialNumber: profile.mfaSerial }),
    },
  });
}

function firstSource(
  profile: AwsProfile | null,
  init: {
    readonly clientConfig: { readonly region: string; readonly endpoint?: string };
    readonly mfaCodeProvider: (serial: string) => Promise<string>;
    readonly ignoreCache: true;
  },
): () => Promise<Identity> {
  if (profile?.sso) {
    const { startUrl, region, accountId, roleName } = profile.sso;
    return fromSSO({
      ...init,
      clientConfig: { ...init.clientConfig, region },
      ssoStartUrl: startUrl,
      ssoRegion: region,
      ssoAccountId: accountId,
      ssoRoleName: roleName,
    });
  }
  // A profile that was named is meant: what else the machine has must not stand in for it.
  return profile?.profile ? fromIni({ ...init, profile: profile.profile }) : fromNodeProviderChain(init);
}

async function askCode({ profile, prompts, signal }: CredentialsParts, serial: string): Promise<string> {
  const answer = await prompts.ask(
    profile?.name ?? 'aws',
    {
      kind: 'secret',
      what: 'code',
      subject: serial,
      instructions: profile?.roleArn ? `To take on the role ${profile.roleArn}.` : '',
      label: 'Code of the MFA device:',
      echo: true,
      maySave: false,
    },
    signal,
  );
  if (answer.kind === 'secret') return answer.text.trim();
  throw new AppError({
    code: 'E_CREDENTIALS_MFA',
    message: `AWS wants the code of the MFA device ${serial}, and nobody gave it.`,
    hint: 'Try again where you can be asked: in a terminal, or with the app open.',
  });
}
