import { describe, expect, it } from 'vitest';
import { openBrowser, openCommand } from '../../../main/platform/open-browser.ts';

describe('opening the browser', () => {
  it('uses what each system has for it', () => {
    expect(openCommand('darwin', {})).toEqual(['open']);
    expect(openCommand('win32', {})?.[0]).toBe('rundll32');
    expect(openCommand('linux', { DISPLAY: ':0' })).toEqual(['xdg-open']);
    expect(openCommand('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-open']);
  });
  it('is not tried where nothing could be seen', () => {
    expect(openBrowser('http://127.0.0.1:1/', { platform: 'linux', env: {} })).toBe(false);
  });
});
