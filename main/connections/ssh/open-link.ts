import type { Duplex } from 'node:stream';
import ssh2, { type AuthenticationType, type Client, type ServerHostKeyAlgorithm } from 'ssh2';
import { AppError, cancelledError, systemErrorCode } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import { type Asker, KEY_HINT } from './asker.ts';
import { type ServerSays, waysToLogIn } from './authenticate.ts';
import {
  fingerprintOf,
  hostName,
  judgeHostKey,
  keyTypeOf,
  knownHostLine,
  knownKeys,
  knownKeyTypes,
} from './known-hosts.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import { addressOf, type Hop } from './route.ts';

/** A connection that is logged in, with the ones it goes through. */
export interface SshLink {
  readonly client: Client;
  /** Resolves when it is gone, with the reason. */
  readonly lost: Promise<string>;
  close(): void;
}

export type LinkStep = 'reached' | 'host_key' | 'logged_in';

export interface LinkOptions {
  readonly asker: Asker;
  readonly signal: AbortSignal;
  readonly knownHosts: (paths: readonly [string, ...string[]]) => KnownHostsFiles;
  readonly agentSocket: string | null;
  /** How long a silent server is waited for; thinking people have their own time. Default 20. */
  readonly silenceSeconds?: number;
  readonly keepAliveSeconds?: number;
  /** What was done at the last hop. */
  readonly onStep?: (step: LinkStep, detail: string) => void;
}

const KEEP_ALIVE_SECONDS = 15;
const KEEP_ALIVE_MISSES = 4;

/** @throws AppError E_SSH_UNREACHABLE, E_SSH_HOST_KEY_CHANGED, E_SSH_HOST_KEY_REFUSED, E_SSH_AUTH, E_SSH_NEEDS_YOU */
export async function openLink(route: readonly Hop[], options: LinkOptions): Promise<SshLink> {
  const clients: Client[] = [];
  const close = () => {
    for (const client of clients.toReversed()) client.destroy();
  };
  try {
    for (const [index, hop] of route.entries()) {
      const before = clients.at(-1);
      const through = before ? await forwarded(before, hop) : null;
      const isLast = index === route.length - 1;
      const client = new ssh2.Client();
      clients.push(client);
      await connected(client, hop, through, isLast ? options : { ...options, onStep: () => undefined });
    }
  } catch (error) {
    close();
    throw error;
  }
  const client = clients.at(-1);
  if (!client) throw new Error('a route has at least one hop');
  const lost = new Promise<string>((resolve) => {
    for (const each of clients) {
      each.on('error', (error) => resolve(plainText(error.message, 200)));
      each.on('close', () => resolve('The connection was closed.'));
    }
  });
  // A lost jump host leaves the others hanging.
  lost.then(close);
  return { client, lost, close };
}

function forwarded(through: Client, hop: Hop): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    through.forwardOut('127.0.0.1', 0, hop.host, hop.port, (error, stream) => {
      if (!error) return resolve(stream);
      reject(
        unreachable(
          hop,
          error,
          `The jump host cannot reach ${hop.host} on port ${hop.port}: ${plainText(error.message, 200)}`,
        ),
      );
    });
  });
}

async function connected(
  client: Client,
  hop: Hop,
  through: Duplex | null,
  options: LinkOptions,
): Promise<void> {
  const { asker, signal } = options;
  const files = options.knownHosts(hop.knownHosts);
  const entries = await files.entries();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let refusal: AppError | null = null;
  let allowedNow: readonly AuthenticationType[] | null = null;
  let isReached = false;
  let wantsMore = false;
  asker.tries.clear();
  const server: ServerSays = {
    allows: (type) => allowedNow === null || allowedNow.includes(type),
    wantsMore: () => wantsMore,
  };
  const ways = waysToLogIn(hop, asker, server, options.agentSocket);
  const fail = (error: Error & { level?: string }) =>
    reject(refusal ?? connectError(hop, error, { asker, isReached, allowed: allowedNow }));

  // Beats of a second, of which those count in which the server is waited for.
  let silent = 0;
  const beat = setInterval(() => {
    silent = asker.waitsForPerson ? 0 : silent + 1;
    if (silent < (options.silenceSeconds ?? 20)) return;
    fail(new Error(`${addressOf(hop)} does not answer.`));
    client.destroy();
  }, 1000);
  const stop = () => {
    refusal ??= cancelledError();
    client.destroy();
    reject(refusal);
  };
  signal.addEventListener('abort', stop, { once: true });
  client.once('ready', () => {
    // Small messages at once: else each waits for an acknowledgement, some 40 ms.
    if (!through) client.setNoDelay(true);
    resolve();
  });
  client.on('error', fail);
  client.once('close', () => fail(new Error('The connection was closed.')));
  try {
    if (signal.aborted) throw cancelledError();
    client.connect({
      ...(through ? { sock: through } : { host: hop.host, port: hop.port }),
      username: hop.user,
      readyTimeout: 0,
      keepaliveInterval: (options.keepAliveSeconds ?? KEEP_ALIVE_SECONDS) * 1000,
      keepaliveCountMax: KEEP_ALIVE_MISSES,
      algorithms: { serverHostKey: keyAlgorithms(knownKeyTypes(entries, hop.host, hop.port)) },
      hostVerifier: (key: Buffer, verified: (valid: boolean) => void) => {
        silent = 0;
        isReached = true;
        options.onStep?.('reached', `${hop.host} answers on port ${hop.port}.`);
        trust(hop, key, { entries, files, asker }).then(
          (how) => {
            silent = 0;
            options.onStep?.('host_key', how);
            verified(true);
          },
          (error: unknown) => {
            refusal = error instanceof AppError ? error : null;
            verified(false);
          },
        );
      },
      authHandler: (left, partial, next) => {
        silent = 0;
        allowedNow = left;
        wantsMore = partial === true;
        ways.next().then(
          // ssh2 takes false for "no further way"; its types do not say so.
          ({ value, done }) => next(done ? (false as never) : value),
          (error: unknown) => {
            refusal = error instanceof AppError ? error : null;
            next(false as never);
          },
        );
      },
    });
    await promise;
    options.onStep?.('logged_in', `Logged in as ${hop.user}.`);
  } finally {
    clearInterval(beat);
    signal.removeEventListener('abort', stop);
    client.off('error', fail);
    // Errors of a link that is being thrown away are nobody's business any more.
    client.on('error', () => undefined);
  }
}

interface Trust {
  readonly entries: Awaited<ReturnType<KnownHostsFiles['entries']>>;
  readonly files: KnownHostsFiles;
  readonly asker: Asker;
}

/** Resolves with how the key is known. */
async function trust(hop: Hop, key: Buffer, { entries, files, asker }: Trust): Promise<string> {
  const verdict = judgeHostKey(entries, hop.host, hop.port, key);
  const fingerprint = fingerprintOf(key);
  const keyType = keyTypeOf(key);
  const host = hostName(hop.host, hop.port);
  if (verdict === 'known') return `The key ${keyType} ${fingerprint} is the one that is known.`;
  if (verdict === 'changed' || verdict === 'revoked')
    throw keyChanged(hop, { host, keyType, fingerprint, isRevoked: verdict === 'revoked' }, entries);
  const answer = await asker.ask(
    { kind: 'host_key', host, keyType, fingerprint },
    'The key of the machine is to be confirmed',
  );
  if (answer.kind !== 'host_key' || !answer.accept)
    throw (
      (asker.cancelled || answer.kind === 'cancelled' ? asker.needsYou() : null) ??
      new AppError({
        code: 'E_SSH_HOST_KEY_REFUSED',
        message: `The key of ${host}, ${keyType} ${fingerprint}, was not accepted.`,
        hint: 'Compare it with what the site publishes, then connect again.',
      })
    );
  await files.append(knownHostLine(hop.host, hop.port, key));
  return `The key ${keyType} ${fingerprint} was accepted.`;
}

function keyChanged(
  hop: Hop,
  shown: { host: string; keyType: string; fingerprint: string; isRevoked: boolean },
  entries: Trust['entries'],
): AppError {
  const { host, keyType, fingerprint, isRevoked } = shown;
  const known = knownKeys(entries, hop.host, hop.port).map(
    (entry) => `${entry.keyType} ${fingerprintOf(Buffer.from(entry.key, 'base64'))}`,
  );
  return new AppError({
    code: 'E_SSH_HOST_KEY_CHANGED',
    message: isRevoked
      ? `The key of ${host} is one that was revoked: ${keyType} ${fingerprint}.`
      : `The key of ${host} is not the one it had: somebody may be in between, or the machine was set up anew. Known is ${known.join(', ')}; it shows ${keyType} ${fingerprint}.`,
    hint: `Ask the site whether its key is now ${keyType} ${fingerprint}. Only then remove the old one: ssh-keygen -R "${host}" -f ${hop.knownHosts[0]}`,
    details: { host, keyType, fingerprint, known },
  });
}

const KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
];

/** Known types first, so that a server shows the key that can be compared. */
function keyAlgorithms(known: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string) =>
    known.includes(/^rsa-|^ssh-rsa$/.test(algorithm) ? 'ssh-rsa' : algorithm);
  return [...KEY_ALGORITHMS.filter(isKnown), ...KEY_ALGORITHMS.filter((each) => !isKnown(each))];
}

function connectError(
  hop: Hop,
  error: Error & { level?: string },
  at: { asker: Asker; isReached: boolean; allowed: readonly string[] | null },
): AppError {
  if (error.level !== 'client-authentication')
    return unreachable(hop, error, at.isReached ? null : sentenceOf(hop, error));
  return (
    at.asker.needsYou(error) ??
    new AppError(
      {
        code: 'E_SSH_AUTH',
        message: [
          `${addressOf(hop)} did not let you in${at.allowed ? `; it takes ${at.allowed.join(', ')}` : ''}.`,
          at.asker.tries.sentence || 'There was no key to try.',
        ].join(' '),
        hint: KEY_HINT,
      },
      { cause: error },
    )
  );
}

function sentenceOf(hop: Hop, error: Error): string {
  const code = systemErrorCode(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `There is no machine called ${hop.host}, or no network.`;
  if (code === 'ECONNREFUSED') return `${hop.host} refuses connections on port ${hop.port}.`;
  return `${hop.host} cannot be reached on port ${hop.port}: ${plainText(error.message, 200)}`;
}

function unreachable(hop: Hop, cause: Error, sentence: string | null): AppError {
  return new AppError(
    {
      code: 'E_SSH_UNREACHABLE',
      message: sentence ?? `The connection to ${addressOf(hop)} broke: ${plainText(cause.message, 200)}`,
      hint: 'Check the name and the port, your network, and whether a VPN or a jump host is needed.',
    },
    { cause },
  );
}
