import {
  CreateTokenCommand,
  type CreateTokenCommandOutput,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from '@aws-sdk/client-sso-oidc';
import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import { failureOf } from '../failure.ts';
import { PATIENCE } from './client-config.ts';
import { saveSsoToken } from './sso-cache.ts';

/** Where to sign in. */
export interface SsoPlace {
  /** Name of the `[sso-session]` section of ~/.aws/config; null: the start page itself names the token. */
  readonly session: string | null;
  readonly startUrl: string;
  readonly region: string;
  /** Empty: what the AWS tools ask for. */
  readonly scopes: readonly string[];
}

/** What a person is to be shown, then that it is done. */
export type SignInEvent =
  | {
      readonly kind: 'asked';
      /** With the code in it; https, or this machine. */
      readonly url: string;
      /** To be compared with the one that the page shows. */
      readonly code: string;
      /** Milliseconds since the epoch. */
      readonly expiresAt: number;
    }
  | { readonly kind: 'done'; readonly expiresAt: number };

export interface SignInOptions {
  readonly place: SsoPlace;
  readonly endpointUrl: string | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const USUAL_SCOPES = ['sso:account:access'];
const USUAL_PAUSE_SECONDS = 5;
/** As RFC 8628, section 3.5, has it. */
const SLOWER_SECONDS = 5;

/**
 * The device flow of IAM Identity Center. What it ends with is where the AWS tools look for it, readable by the user only.
 * @throws AppError E_CREDENTIALS_EXPIRED (nobody confirmed in time), E_CREDENTIALS_DENIED, E_CLOUD_ANSWER, E_SITE_UNREACHABLE, E_CANCELLED
 */
export async function* signIn({
  place,
  endpointUrl,
  clock,
  signal,
}: SignInOptions): AsyncGenerator<SignInEvent> {
  const client = new SSOOIDCClient({
    region: place.region,
    maxAttempts: 3,
    requestHandler: PATIENCE,
    ...(endpointUrl !== null && { endpoint: endpointUrl }),
  });
  try {
    const app = await asked('register this app', () =>
      client.send(
        new RegisterClientCommand({
          clientName: 'Scalable',
          clientType: 'public',
          scopes: place.scopes.length > 0 ? [...place.scopes] : USUAL_SCOPES,
        }),
        { abortSignal: signal },
      ),
    );
    const identity = { clientId: app.clientId, clientSecret: app.clientSecret };
    const device = await asked('begin to sign in', () =>
      client.send(new StartDeviceAuthorizationCommand({ ...identity, startUrl: place.startUrl }), {
        abortSignal: signal,
      }),
    );
    const url = pageAddress(device.verificationUriComplete ?? device.verificationUri, endpointUrl);
    const ends = clock.now() + seconds(device.expiresIn, 600) * 1000;
    yield { kind: 'asked', url, code: plainText(device.userCode ?? '', 40), expiresAt: ends };
    const create = () =>
      client.send(new CreateTokenCommand({ ...identity, grantType: GRANT, deviceCode: device.deviceCode }), {
        abortSignal: signal,
      });
    const token = await poll(create, {
      pause: seconds(device.interval, USUAL_PAUSE_SECONDS),
      ends,
      clock,
      signal,
    });
    const expiresAt = clock.now() + seconds(token.expiresIn, 3600) * 1000;
    await saveSsoToken(place.session ?? place.startUrl, {
      startUrl: place.startUrl,
      region: place.region,
      accessToken: token.accessToken,
      expiresAt,
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      registrationExpiresAt:
        app.clientSecretExpiresAt === undefined ? undefined : app.clientSecretExpiresAt * 1000,
      refreshToken: token.refreshToken,
    });
    yield { kind: 'done', expiresAt };
  } finally {
    client.destroy();
  }
}

async function poll(
  create: () => Promise<CreateTokenCommandOutput>,
  at: { readonly pause: number; readonly ends: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<CreateTokenCommandOutput & { readonly accessToken: string }> {
  let pause = at.pause;
  while (at.clock.now() < at.ends) {
    await sleep(pause * 1000, at.signal);
    try {
      const token = await create();
      const { accessToken } = token;
      if (accessToken) return { ...token, accessToken };
      throw strange('gives no token');
    } catch (error) {
      const { name } = failureOf(error);
      if (name === 'SlowDownException') pause += SLOWER_SECONDS;
      else if (name === 'ExpiredTokenException') break;
      else if (name !== 'AuthorizationPendingException') throw signInError('confirm the sign-in', error);
    }
  }
  throw new AppError({
    code: 'E_CREDENTIALS_EXPIRED',
    message: 'Nobody confirmed the sign-in to AWS in time.',
    hint: 'Begin again, and confirm the code in the browser.',
  });
}

async function asked<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw signInError(doing, error);
  }
}

function signInError(doing: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { name, message } = failureOf(thrown);
  const make = (code: string, sentence: string, hint: string) =>
    new AppError({ code, message: sentence, hint, details: { reason: name } }, { cause: thrown });
  if (name === 'AbortError') return cancelled();
  if (name === 'AccessDeniedException')
    return make(
      'E_CREDENTIALS_DENIED',
      'The sign-in to AWS was refused in the browser.',
      'Begin again, and allow it.',
    );
  if (/^E[A-Z]+$/.test(name) || name === 'TimeoutError')
    return make(
      'E_SITE_UNREACHABLE',
      `The sign-in of AWS cannot be reached: ${message}`,
      'Look at the network, and whether the region of the sign-in is right.',
    );
  return make(
    'E_CLOUD',
    `The sign-in of AWS would not ${doing}: ${message || name}`,
    'Compare the start page and its region with what your organisation says.',
  );
}

/** The page is opened in a browser, so what is opened is looked at first. */
function pageAddress(text: string | undefined, endpointUrl: string | null): string {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : null;
  const isOwn = url !== null && endpointUrl !== null && url.origin === new URL(endpointUrl).origin;
  if (
    url === null ||
    url.username !== '' ||
    !(url.protocol === 'https:' || (isOwn && url.protocol === 'http:'))
  )
    throw strange(`names no page to sign in at: ${plainText(text ?? 'nothing', 120)}`);
  return url.href;
}

const strange = (what: string): AppError =>
  new AppError({
    code: 'E_CLOUD_ANSWER',
    message: `What answers for the sign-in of AWS ${what}.`,
    hint: 'Look at the start page and the endpoint of the connection.',
  });

/** A hostile or broken answer must neither spin nor sleep for ever. */
function seconds(told: number | undefined, usual: number): number {
  if (told === undefined || !Number.isFinite(told) || told <= 0) return usual;
  return Math.min(told, 365 * 86_400);
}

const cancelled = (): AppError =>
  new AppError({ code: 'E_CANCELLED', message: 'The sign-in was stopped before it was done.' });

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const stop = () => reject(cancelled());
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  });
}
