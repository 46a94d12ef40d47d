import {
  fromIni,
  fromNodeProviderChain,
  fromSSO,
  fromTemporaryCredentials,
} from '@aws-sdk/credential-providers';
import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { AwsAccess } from '../../providers/clouds.ts';
import type { Answer, Prompts } from '../prompts.ts';
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
/** After nobody gave a code, nobody is asked again for this long: a run asks AWS every few seconds. */
const LEAVE_ALONE_MS = 5 * 60_000;

/**
 * The SDK's own ways to credentials, asked once for all clients of a connection: a code of an MFA device serves only once.
 */
export class AwsCredentialSource {
  readonly #parts: CredentialsParts;
  readonly #source: () => Promise<Identity>;
  #current: Identity | null = null;
  #pending: Promise<Identity> | null = null;
  /** When nobody gave a code; milliseconds since the epoch. */
  #unansweredAt: number | null = null;

  constructor(parts: CredentialsParts) {
    this.#parts = parts;
    this.#source = this.#sourceOf();
  }

  /** @throws AppError `E_CREDENTIALS…`, `E_SITE_UNREACHABLE` */
  readonly get = async (): Promise<Identity> => {
    if (this.#current && this.#secondsLeft(this.#current) * 1000 > RENEW_BEFORE_MS) return this.#current;
    this.#pending ??= this.#renewed().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  };

  /** A person is there now who may be asked. */
  askAgain(): void {
    this.#unansweredAt = null;
  }

  async #renewed(): Promise<Identity> {
    try {
      this.#current = await this.#source();
      return this.#current;
    } catch (error) {
      // What is still good is used until it ends.
      if (this.#current && this.#secondsLeft(this.#current) > 0) return this.#current;
      throw credentialsError(error, this.#parts.of);
    }
  }

  #secondsLeft({ expiration }: Identity): number {
    if (expiration === undefined) return Number.POSITIVE_INFINITY;
    return (expiration.getTime() - this.#parts.clock.now()) / 1000;
  }

  #sourceOf(): () => Promise<Identity> {
    const { profile, region, endpointUrl } = this.#parts;
    const clientConfig = { region, ...(endpointUrl !== null && { endpoint: endpointUrl }) };
    const mfaCodeProvider = (serial: string) => this.#askCode(serial);
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

  async #askCode(serial: string): Promise<string> {
    const { profile, prompts, signal, clock } = this.#parts;
    const isLeftAlone = this.#unansweredAt !== null && clock.now() - this.#unansweredAt < LEAVE_ALONE_MS;
    const answer: Answer = isLeftAlone
      ? { kind: 'cancelled' }
      : await prompts.ask(
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
    if (!isLeftAlone) this.#unansweredAt = clock.now();
    throw new AppError({
      code: 'E_CREDENTIALS_MFA',
      message: `AWS wants the code of the MFA device ${serial}, and nobody gave it.`,
      hint: 'Test the connection where you can be asked: in a terminal, or with the app open.',
    });
  }
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
