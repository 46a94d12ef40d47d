import { expect, it } from 'vitest';
import { stateColor, stateLabel, type WorkState } from '../../../renderer/lib/state-colors.ts';

const STATES: readonly WorkState[] = [
  'waiting',
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'cached',
  'skipped',
  'interrupted',
];
/** The lightest and darkest grounds on which states stand, from the theme. */
const GROUNDS = { light: ['#ffffff', '#eff1f4'], dark: ['#16191f', '#292e37'] } as const;

it.each(STATES)('%s is readable as text on every ground (WCAG AA)', (state) => {
  for (const scheme of ['light', 'dark'] as const)
    for (const ground of GROUNDS[scheme])
      expect(contrast(stateColor(state, scheme).text, ground)).toBeGreaterThanOrEqual(4.5);
});

it('gives running, succeeded, failed and queued marks of clearly different lightness or hue', () => {
  const marks = (['running', 'succeeded', 'failed', 'queued'] as const).map(
    (s) => stateColor(s, 'light').mark,
  );
  expect(new Set(marks).size).toBe(4);
  expect(stateLabel('succeeded')).toBe('Succeeded');
});

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

function luminance(hex: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r, g, b] = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
