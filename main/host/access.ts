import { randomBytes, timingSafeEqual } from 'node:crypto';

/** Names under which this machine's own browser reaches a loopback port, also through an SSH tunnel. */
const LOCAL_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Is a request's Host header one of ours? Any other name means that a foreign page had its name resolved to
 * 127.0.0.1 (DNS rebinding). The port is free, because a tunnel may end on another one.
 */
export function isLocalHost(host: string | undefined): boolean {
  const match = /^(\[::1\]|[^:/@\s]+)(?::\d{1,5})?$/.exec(host ?? '');
  return match?.[1] !== undefined && LOCAL_NAMES.has(match[1].toLowerCase());
}

/** A WebSocket is opened by our own page only: its Origin names the very host and port it was asked from. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return host !== undefined && origin?.toLowerCase() === `http://${host.toLowerCase()}`;
}

/** The value of one cookie; null when it is not there. */
export function cookieValue(header: string | undefined, name: string): string | null {
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return null;
}

/**
 * Who may use the host. A token works once and is exchanged for a session, which ends with this process.
 * Cookies do not tell ports apart, so the cookie's name is unique per process.
 */
export class Access {
  readonly cookieName = `scalable-${randomBytes(4).toString('hex')}`;
  readonly #session = randomBytes(32).toString('hex');
  readonly #tokens = new Set<string>();

  issueToken(): string {
    const token = randomBytes(24).toString('base64url');
    this.#tokens.add(token);
    return token;
  }

  /** The `Set-Cookie` value for a token that was not used before; null for any other text. */
  redeem(token: string): string | null {
    const known = [...this.#tokens].find((candidate) => sameText(candidate, token));
    if (known === undefined) return null;
    this.#tokens.delete(known);
    return `${this.cookieName}=${this.#session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`;
  }

  hasSession(cookieHeader: string | undefined): boolean {
    const value = cookieValue(cookieHeader, this.cookieName);
    return value !== null && sameText(value, this.#session);
  }
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
