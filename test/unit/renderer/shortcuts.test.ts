import { describe, expect, it } from 'vitest';
import { GO_KEYS, type KeyPress, readShortcut, SHORTCUTS } from '../../../renderer/app/shortcuts.ts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  alt: false,
  shift: false,
  typing: false,
  at: 0,
  ...more,
});

describe('shortcuts', () => {
  it('opens the palette with Ctrl-K even while typing', () => {
    expect(readShortcut(press('k', { ctrl: true, typing: true }), null).action).toEqual({ kind: 'palette' });
  });

  it('goes to a page with g and its letter', () => {
    const first = readShortcut(press('g', { at: 100 }), null);
    expect(first.action).toBeNull();
    expect(readShortcut(press('r', { at: 600 }), first.pendingSince).action).toEqual({
      kind: 'go',
      page: 'runs',
    });
  });

  it('forgets the g after a while, and after any other key', () => {
    expect(readShortcut(press('r', { at: 5000 }), 100).action).toBeNull();
    expect(readShortcut(press('x', { at: 200 }), 100).pendingSince).toBeNull();
  });

  it('leaves letters alone where text is typed', () => {
    expect(readShortcut(press('g', { typing: true }), null).pendingSince).toBeNull();
    expect(readShortcut(press('?', { typing: true }), null).action).toBeNull();
  });

  it('does not take Ctrl with a letter for the second key', () => {
    expect(readShortcut(press('p', { ctrl: true, at: 200 }), 100).action).toBeNull();
  });

  it('lists every page key in the help', () => {
    for (const key of Object.keys(GO_KEYS))
      expect(SHORTCUTS.some(({ keys }) => keys[0] === 'g' && keys[1] === key)).toBe(true);
  });
});
