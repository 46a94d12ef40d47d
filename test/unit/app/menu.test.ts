import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { menuTemplate } from '../../../main/app/menu.ts';

const flatten = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flatten(item.submenu) : [])]);

describe.each(['darwin', 'linux', 'win32'] as const)('the menu on %s', (platform) => {
  const show = vi.fn();
  const items = flatten(menuTemplate(platform, { show, openLogFolder: vi.fn(), installTool: null }));

  it('can edit, quit, zoom and reach the settings by shortcut', () => {
    const roles = items.map((item) => item.role);
    expect(roles).toEqual(expect.arrayContaining(['editMenu', 'quit', 'zoomIn', 'togglefullscreen']));
    const settings = items.filter((item) => item.accelerator === 'CmdOrCtrl+,');
    expect(settings).toHaveLength(1);
    settings[0]?.click?.({} as never, undefined, {} as never);
    expect(show).toHaveBeenCalledWith('/settings');
  });
  it('offers the command line tool where there is one to install', () => {
    const installTool = vi.fn();
    const offered = flatten(menuTemplate(platform, { show, openLogFolder: vi.fn(), installTool }));
    const item = offered.find(({ label }) => label === 'Install Command Line Tool…');
    item?.click?.({} as never, undefined, {} as never);
    expect(installTool).toHaveBeenCalledOnce();
    expect(items.some(({ label }) => label === item?.label)).toBe(false);
  });
  it('has no shortcut twice', () => {
    const shortcuts = items.flatMap((item) => (item.accelerator ? [item.accelerator] : []));
    expect(new Set(shortcuts).size).toBe(shortcuts.length);
  });
});
