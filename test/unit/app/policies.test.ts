import { describe, expect, it } from 'vitest';
import { decideLink, mayNavigate, mayRequest, originOf } from '../../../main/app/navigation-policy.ts';
import { mayHavePermission } from '../../../main/app/permission-policy.ts';

describe('links', () => {
  it('to known sites open in the system’s browser', () => {
    expect(decideLink('https://github.com/JGCRI/scalable')).toBe('open-in-browser');
    expect(decideLink('https://github.com/JGCRI/scalable/issues/1')).toBe('open-in-browser');
  });
  it.each([
    'http://github.com/JGCRI/scalable',
    'https://github.com/JGCRI/scalable-evil',
    'https://github.com.evil.example/JGCRI/scalable',
    'https://user:secret@github.com/JGCRI/scalable',
    'https://github.com:8443/JGCRI/scalable',
    'https://evil.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://server/share',
    'app://scalable/index.html',
    '',
  ])('to %s are refused', (url) => {
    expect(decideLink(url)).toBe('refuse');
  });
});

describe('the window', () => {
  it('stays on its page, whatever is behind the hash', () => {
    expect(mayNavigate('app://scalable/index.html')).toBe(true);
    expect(mayNavigate('app://scalable/index.html#/projects')).toBe(true);
    for (const url of [
      'app://scalable/other.html',
      'app://evil/index.html',
      'https://example.org/',
      'file:///tmp/x.html',
    ])
      expect(mayNavigate(url)).toBe(false);
  });
  it('loads its own files and nothing from the network or the disk', () => {
    for (const url of ['app://scalable/assets/a.js', 'data:image/png;base64,AA', 'blob:app://scalable/1234'])
      expect(mayRequest(url)).toBe(true);
    for (const url of [
      'https://example.org/a.js',
      'http://127.0.0.1:9222/json',
      'ws://127.0.0.1:1/',
      'file:///etc/passwd',
      'app://evil/a.js',
      'blob:https://example.org/1234',
      'not an address',
    ])
      expect(mayRequest(url)).toBe(false);
  });
  it('writes addresses to the log without their private parts', () => {
    expect(originOf('https://host.example/path?token=secret')).toBe('https://host.example');
  });
});

describe('permissions', () => {
  it('are refused but for copying text from our own page', () => {
    expect(mayHavePermission('clipboard-sanitized-write', 'app://scalable/index.html')).toBe(true);
    expect(mayHavePermission('clipboard-sanitized-write', 'app://scalable.evil/')).toBe(false);
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'usb',
      'unheard-of',
    ])
      expect(mayHavePermission(permission, 'app://scalable/index.html')).toBe(false);
  });
});
