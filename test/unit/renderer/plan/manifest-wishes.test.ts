import { describe, expect, it } from 'vitest';
import { manifestWishes } from '../../../../renderer/pages/plan/manifest-wishes.ts';

describe('wishes of a plan', () => {
  it('become edits of the manifest’s objectives, in its own words', () => {
    expect(
      manifestWishes({ objective: 'minimize cost', policy: null, budgetUsd: 12.5, deadlineHours: 6 }),
    ).toEqual([
      { path: ['objectives', 'objective'], value: 'minimize cost' },
      { path: ['objectives', 'budget_usd'], value: 12.5 },
      { path: ['objectives', 'deadline_hours'], value: 6 },
    ]);
  });

  it('are none where all is left to the manifest', () => {
    expect(manifestWishes({ objective: null, policy: null, budgetUsd: null, deadlineHours: null })).toEqual(
      [],
    );
  });
});
