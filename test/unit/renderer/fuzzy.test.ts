import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzzyScore } from '../../../renderer/lib/fuzzy.ts';

it('finds initials, and ranks a whole word above scattered letters', () => {
  expect(fuzzyScore('opf', 'Open a project folder')).not.toBeNull();
  expect(fuzzyScore('plan', 'Plan')!).toBeGreaterThan(fuzzyScore('plan', 'Open a project’s last run')!);
  expect(fuzzyScore('plan', 'Plan')!).toBeGreaterThan(fuzzyScore('plan', 'Run this plan')!);
});

it('does not find letters that are missing or in another order', () => {
  expect(fuzzyScore('zq', 'Projects')).toBeNull();
  expect(fuzzyScore('nalp', 'Plan')).toBeNull();
});

it('finds every text by itself and scores nothing typed as 0', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      expect(fuzzyScore(text, text)).not.toBeNull();
      expect(fuzzyScore('', text)).toBe(0);
    }),
  );
});
