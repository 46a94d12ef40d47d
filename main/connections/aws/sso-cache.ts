import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getSSOTokenFilepath } from '@smithy/core/config';
import { writeBytesAtomically } from '../write-bytes.ts';

/** As the AWS tools keep a sign-in. Times are milliseconds since the epoch. */
export interface SsoToken {
  readonly startUrl: string;
  readonly region: string;
  readonly accessToken: string;
  readonly expiresAt: number;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly registrationExpiresAt: number | undefined;
  /** Present where the session may be renewed without a person. */
  readonly refreshToken: string | undefined;
}

/**
 * Into ~/.aws/sso/cache, named and written as the AWS command line does it, so that it and the SDK find it. Only the user
 * may read it. `key`: the name of the session, or in the older form the start page.
 */
export async function saveSsoToken(key: string, token: SsoToken): Promise<void> {
  const path = getSSOTokenFilepath(key);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const content = {
    ...token,
    expiresAt: utc(token.expiresAt),
    registrationExpiresAt:
      token.registrationExpiresAt === undefined ? undefined : utc(token.registrationExpiresAt),
  };
  await writeBytesAtomically(path, `${JSON.stringify(content, null, 2)}\n`, 0o600);
}

/** Whole seconds: the AWS command line reads no others. */
const utc = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
