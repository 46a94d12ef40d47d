import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../main/scaling/policies/predictive.ts';
import {
  draftOf,
  problemOf,
  sameDraft,
  settingsOf,
} from '../../../../renderer/pages/scaling/limits-draft.ts';

const settings = { ...DEFAULT_SETTINGS, minWorkers: { model: 1 }, maxWorkers: { model: 8 } };
const draft = draftOf(settings, ['model']);

describe('limits as they are typed', () => {
  it('begin as the run holds to them, and taking them over changes nothing', () => {
    expect(problemOf(draft)).toBeNull();
    expect({ ...settings, ...settingsOf(draft) }).toEqual(settings);
    expect(sameDraft(draft, draftOf(settings, ['model']))).toBe(true);
  });

  it('are not taken over while one is missing, and say which', () => {
    const open = { ...draft, maxWorkers: { model: null } };
    expect(problemOf(open)).toBe('Give model a least and a largest number.');
    expect(settingsOf(open)).toBeNull();
    expect(problemOf({ ...draft, cooldownSeconds: null })).toBe('Give both thresholds and the cooldown.');
  });

  it('ask for the tags of the run that have no limit yet', () => {
    expect(problemOf(draftOf(settings, ['model', 'analyse']))).toMatch(/^Give analyse/);
  });

  it('are never taken over with a floor above its ceiling', () => {
    const number = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(number, number, number, number, (min, max, up, down) => {
        const typed = {
          ...draft,
          minWorkers: { model: min },
          maxWorkers: { model: max },
          scaleUpPercent: up,
          scaleDownPercent: down,
        };
        expect(settingsOf(typed) === null).toBe(min > max || down > up);
        expect(problemOf(typed) === null).toBe(settingsOf(typed) !== null);
      }),
    );
  });
});
