import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fingerprintOf,
  judgeHostKey,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
} from '../../../main/connections/ssh/known-hosts.ts';

function key(type: string, seed: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(seed)]);
}
const ED = key('ssh-ed25519', 'first');
const OTHER = key('ssh-ed25519', 'second');
const RSA = key('ssh-rsa', 'third');
const line = (hosts: string, which: Buffer, type = 'ssh-ed25519') =>
  `${hosts} ${type} ${which.toString('base64')}\n`;
const judge = (text: string, host: string, port: number, which: Buffer) =>
  judgeHostKey(parseKnownHosts(text), host, port, which);

describe('a known_hosts file', () => {
  it('knows what was written into it, whatever the host and port', () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        const text = knownHostLine(host, port, ED);
        expect(judge(text, host.toUpperCase(), port, ED)).toBe('known');
        expect(judge(text, host, port, OTHER)).toBe('changed');
        expect(judge(text, host, port === 22 ? 2222 : 22, ED)).toBe('unknown');
        expect(judge(text, `x${host}`, port, ED)).toBe('unknown');
      }),
    );
  });

  it('reads hashed names', () => {
    const salt = Buffer.from('0123456789abcdef0123');
    const hash = createHmac('sha1', salt).update('[login.hpc.edu]:2222').digest('base64');
    const text = line(`|1|${salt.toString('base64')}|${hash}`, ED);
    expect(judge(text, 'login.hpc.edu', 2222, ED)).toBe('known');
    expect(judge(text, 'login.hpc.edu', 22, ED)).toBe('unknown');
    expect(judge(text, 'login.hpc.edu', 2222, OTHER)).toBe('changed');
  });

  it('matches patterns, and not what they exclude', () => {
    const text = line('*.hpc.edu,!bad.hpc.edu,10.0.0.?', ED);
    expect(judge(text, 'login.hpc.edu', 22, ED)).toBe('known');
    expect(judge(text, 'bad.hpc.edu', 22, ED)).toBe('unknown');
    expect(judge(text, '10.0.0.7', 22, ED)).toBe('known');
    expect(judge(text, 'hpcxedu', 22, ED)).toBe('unknown');
  });

  it('refuses revoked keys, even where another line knows them', () => {
    const text = `${line('h', ED)}@revoked * ssh-ed25519 ${ED.toString('base64')}\n`;
    expect(judge(text, 'h', 22, ED)).toBe('revoked');
    expect(judge(text, 'h', 22, OTHER)).toBe('changed');
  });

  it('takes a key of another type than the known ones for a changed one', () => {
    const text = line('h', RSA, 'ssh-rsa');
    expect(judge(text, 'h', 22, ED)).toBe('changed');
    expect(knownKeyTypes(parseKnownHosts(text), 'h', 22)).toEqual(['ssh-rsa']);
    expect(judge(text + line('h', ED), 'h', 22, ED)).toBe('known');
  });

  it('does not trust a certificate authority as a key, and passes over what is no entry', () => {
    const text = `# comment\n\nnonsense\n@cert-authority * ssh-ed25519 ${ED.toString('base64')}\n@other h ssh-rsa AAAA\n`;
    expect(judge(text, 'h', 22, ED)).toBe('unknown');
  });

  it('shows fingerprints as ssh-keygen does', () => {
    expect(fingerprintOf(Buffer.from(''))).toBe('SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU');
  });
});
