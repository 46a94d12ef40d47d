import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Access, cookieValue, isLocalHost, isOwnOrigin } from '../../../main/host/access.ts';

describe('the Host header', () => {
  it.each(['127.0.0.1', '127.0.0.1:4700', 'localhost:1', 'LOCALHOST:4700', '[::1]:4700'])(
    'lets %s in',
    (host) => {
      expect(isLocalHost(host)).toBe(true);
    },
  );
  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:4700',
    '127.0.0.1.evil.example',
    'localhost.evil.example:80',
    'user@localhost',
    '127.0.0.1:4700:1',
    'localhost/evil',
  ])('keeps %s out', (host) => {
    expect(isLocalHost(host)).toBe(false);
  });
});

describe('the Origin header', () => {
  it('must be the very host and port that was asked', () => {
    expect(isOwnOrigin('http://localhost:4700', 'localhost:4700')).toBe(true);
    expect(isOwnOrigin('http://localhost:4701', 'localhost:4700')).toBe(false);
    expect(isOwnOrigin('http://evil.example', 'localhost:4700')).toBe(false);
    expect(isOwnOrigin('null', 'localhost:4700')).toBe(false);
    expect(isOwnOrigin(undefined, 'localhost:4700')).toBe(false);
    expect(isOwnOrigin('http://undefined', undefined)).toBe(false);
  });
});

describe('a token', () => {
  it('works once and becomes a cookie that scripts cannot read and other sites cannot send', () => {
    const access = new Access();
    const token = access.issueToken();
    const cookie = access.redeem(token);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
    expect(access.hasSession(cookie?.split(';')[0])).toBe(true);
    expect(access.redeem(token)).toBeNull();
  });
  it('of another process opens nothing', () => {
    const other = new Access();
    const cookie = other.redeem(other.issueToken())?.split(';')[0];
    const access = new Access();
    expect(access.redeem(other.issueToken())).toBeNull();
    expect(access.hasSession(cookie)).toBe(false);
    expect(access.cookieName).not.toBe(other.cookieName);
  });
  it('is never guessed by any text', () => {
    const access = new Access();
    access.issueToken();
    fc.assert(fc.property(fc.string(), (text) => access.redeem(text) === null && !access.hasSession(text)));
  });
});

describe('cookies', () => {
  it('are found by their whole name', () => {
    expect(cookieValue('a=1; scalable-x=2;b=3', 'scalable-x')).toBe('2');
    expect(cookieValue('xscalable-x=2', 'scalable-x')).toBeNull();
    expect(cookieValue(undefined, 'a')).toBeNull();
  });
});
