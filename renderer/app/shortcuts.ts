/** Keys the app listens to everywhere. Pure, so that the rules can be tested without a page. */
export interface KeyPress {
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** The focus is where text is typed: single letters belong to it. */
  readonly typing: boolean;
  /** Milliseconds. */
  readonly at: number;
}

export type ShortcutAction =
  | { readonly kind: 'palette' }
  | { readonly kind: 'help' }
  | { readonly kind: 'go'; readonly page: PageName };

export type PageName =
  | 'projects'
  | 'manifest'
  | 'plan'
  | 'runs'
  | 'telemetry'
  | 'advisor'
  | 'scaling'
  | 'connections'
  | 'settings';

/** `g`, then the letter; `s` was taken, so scaling has `x` as in “×”. */
export const GO_KEYS: Readonly<Record<string, PageName>> = {
  p: 'projects',
  m: 'manifest',
  l: 'plan',
  r: 'runs',
  t: 'telemetry',
  a: 'advisor',
  x: 'scaling',
  c: 'connections',
  s: 'settings',
};

/** The second key must follow within this time, or the first is forgotten. */
const SEQUENCE_MS = 1200;

/** @param pendingSince when `g` was pressed last, or null. */
export function readShortcut(
  press: KeyPress,
  pendingSince: number | null,
): { readonly action: ShortcutAction | null; readonly pendingSince: number | null } {
  if (press.ctrl && !press.alt && press.key.toLowerCase() === 'k')
    return { action: { kind: 'palette' }, pendingSince: null };
  if (press.typing || press.ctrl || press.alt) return { action: null, pendingSince: null };
  if (press.key === '?') return { action: { kind: 'help' }, pendingSince: null };
  const inSequence = pendingSince !== null && press.at - pendingSince <= SEQUENCE_MS;
  const page = inSequence ? GO_KEYS[press.key] : undefined;
  if (page) return { action: { kind: 'go', page }, pendingSince: null };
  return { action: null, pendingSince: press.key === 'g' ? press.at : null };
}

/** What the settings page and the help list show. `Mod` is Ctrl, or ⌘ on a Mac. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['Mod', 'K'], does: 'Open the command palette' },
  { keys: ['Mod', 'S'], does: 'Save the manifest' },
  { keys: ['Mod', 'Enter'], does: 'Run the plan' },
  { keys: ['Ctrl', 'Space'], does: 'Complete in the manifest' },
  { keys: ['Mod', 'F'], does: 'Find in the manifest' },
  { keys: ['F8'], does: 'Next problem in the manifest' },
  ...Object.entries(GO_KEYS).map(([key, page]) => ({ keys: ['g', key], does: `Go to ${page}` })),
  { keys: ['?'], does: 'Show all shortcuts' },
];

export function keyName(key: string, mac: boolean): string {
  if (key === 'Mod') return mac ? '⌘' : 'Ctrl';
  return key;
}
