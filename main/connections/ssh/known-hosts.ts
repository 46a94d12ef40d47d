import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** One line of a known_hosts file, as sshd(8) describes it. */
export interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | null;
  /** Patterns with commas between, or one hashed name. */
  readonly hosts: string;
  readonly keyType: string;
  readonly key: string;
}

export type HostKeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked';

/** Lines that are no entries are left out: other programs write this file as well. */
export function parseKnownHosts(text: string): readonly KnownHost[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift()?.slice(1) : null;
    const [hosts, keyType, key] = words;
    if (!hosts || hosts.startsWith('#') || !keyType || !key) return [];
    if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') return [];
    return [{ marker, hosts, keyType, key }];
  });
}

/**
 * Whether a server's key is the one it had. A host that is known by other keys only is one whose key changed: we ask for the
 * known types first, so a server that has them would have shown one.
 */
export function judgeHostKey(
  entries: readonly KnownHost[],
  host: string,
  port: number,
  key: Buffer,
): HostKeyVerdict {
  const offered = key.toString('base64');
  if (entries.some((entry) => entry.marker === 'revoked' && entry.key === offered)) return 'revoked';
  const own = knownKeys(entries, host, port);
  if (own.length === 0) return 'unknown';
  return own.some((entry) => entry.key === offered) ? 'known' : 'changed';
}

/** Types of the keys known of a host, as they stand in the file. */
export function knownKeyTypes(entries: readonly KnownHost[], host: string, port: number): readonly string[] {
  return [...new Set(knownKeys(entries, host, port).map((entry) => entry.keyType))];
}

/** What is known of a host, revoked keys left out. */
export function knownKeys(entries: readonly KnownHost[], host: string, port: number): readonly KnownHost[] {
  const name = hostName(host, port);
  return entries.filter((entry) => entry.marker === null && matchesHost(entry.hosts, name));
}

/** `host`, or `[host]:port` where the port is not 22. Names are compared in lower case. */
export function hostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

function matchesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return matchesHash(hosts, name);
  let matched = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    if (pattern.startsWith('!') && glob(pattern.slice(1)).test(name)) return false;
    matched ||= glob(pattern).test(name);
  }
  return matched;
}

/** `|1|salt|HMAC-SHA1 of the name`, both in base64. */
function matchesHash(hosts: string, name: string): boolean {
  const [, , salt, hash] = hosts.split('|');
  if (!salt || !hash) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function glob(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

/** The first field of a key in the wire format is its type, length first. */
export function keyTypeOf(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return length > 0 && length <= 64 && key.length >= 4 + length
    ? key.toString('latin1', 4, 4 + length)
    : 'unknown';
}

/** `SHA256:…` as ssh-keygen -l prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The line that makes a key known. */
export function knownHostLine(host: string, port: number, key: Buffer): string {
  return `${hostName(host, port)} ${keyTypeOf(key)} ${key.toString('base64')}\n`;
}
