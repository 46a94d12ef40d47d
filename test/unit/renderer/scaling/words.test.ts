import { describe, expect, it } from 'vitest';
import type { Course, ScalingView } from '../../../../main/api/scaling-views.ts';
import { DEFAULT_SETTINGS } from '../../../../main/scaling/policies/predictive.ts';
import type { ScaleDecisionRow } from '../../../../main/telemetry/views.ts';
import { verdict } from '../../../../renderer/pages/scaling/course-words.ts';
import { changeText, decisionsTable, wantedOver } from '../../../../renderer/pages/scaling/decisions.ts';
import { modeOf, modeSentence } from '../../../../renderer/pages/scaling/scaling-mode.ts';

const decision = (
  at: number,
  workersToAdd: Record<string, number>,
  workersToRemove: Record<string, number>,
): ScaleDecisionRow => ({
  at,
  workersToAdd,
  workersToRemove,
  reasoning: 'Because.',
  confidence: 0.6,
  predictedCompletionSeconds: 74,
  by: 'scaler',
  inputs: null,
  outcome: 'It helped.',
});

describe('decisions', () => {
  const made = [
    decision(1000, { a: 3, b: 1 }, {}),
    decision(6000, { b: 2 }, { a: 2 }),
    decision(11_000, {}, { a: 9 }),
  ];

  it('add up to the workers wished for, which are never fewer than none', () => {
    expect(wantedOver(made).map(({ workers }) => workers)).toEqual([4, 4, 0]);
  });

  it('show no peak that was corrected before anybody could start', () => {
    const planned = [decision(1000, { a: 3, b: 3 }, {}), decision(1010, {}, { a: 1, b: 2 })];
    expect(wantedOver(planned)).toEqual([{ at: 1010, workers: 3 }]);
  });

  it('say what they changed, and that nothing was changed', () => {
    expect(made.map(changeText)).toEqual(['a +3, b +1', 'b +2, a −2', 'a −9']);
    expect(changeText(decision(4, { a: 0 }, {}))).toBe('none');
  });

  it('are saved with their reasons and outcomes', () => {
    const { columns, rows } = decisionsTable(made);
    expect(rows).toHaveLength(3);
    expect(rows[0]?.[columns.indexOf('outcome')]).toBe('It helped.');
    expect(rows[0]?.[columns.indexOf('workers_to_add')]).toBe('{"a":3,"b":1}');
  });
});

describe('who decides', () => {
  const view: ScalingView = { adaptive: true, settings: DEFAULT_SETTINGS, byHand: {}, latest: null };

  it('is nobody while every tag is held, and the plan or a person while the scaler is off', () => {
    expect(modeOf(view, ['a', 'b'])).toBe('automatic');
    expect(modeOf({ ...view, byHand: { a: 1 } }, ['a', 'b'])).toBe('automatic');
    expect(modeOf({ ...view, byHand: { a: 1, b: 0 } }, ['a', 'b'])).toBe('paused');
    expect(modeOf({ ...view, adaptive: false, byHand: { a: 1, b: 0 } }, ['a', 'b'])).toBe('manual');
    expect(modeOf(view, [])).toBe('automatic');
  });

  it('names the tags that are held', () => {
    expect(modeSentence('automatic', { ...view, byHand: { a: 1 } })).toContain('You hold a by hand.');
    expect(modeSentence('automatic', view)).not.toContain('by hand');
  });
});

describe('two courses side by side', () => {
  const course = (part: Partial<Course>): Course => ({
    id: 'recorded',
    name: '',
    makespanSeconds: 600,
    workerHours: 2,
    costUsd: 0,
    starts: 4,
    peakWorkers: 4,
    unfinished: 0,
    workers: [],
    ...part,
  });

  it('are told apart in time, worker-hours and starts', () => {
    const other = course({ id: 'predictive', makespanSeconds: 480, workerHours: 1.5, starts: 3 });
    expect(verdict(course({}), other, false)).toBe(
      'Scalable, predictive is done 2 min sooner, with 25 % fewer worker-hours and 1 start fewer, compared with “As it was”.',
    );
    expect(verdict(other, course({ starts: 9 }), false)).toMatch(
      /^As it was is done 2 min later, with 33 % more worker-hours and 6 starts more/,
    );
  });

  it('are the same where they differ by less than one in a hundred', () => {
    expect(verdict(course({}), course({ id: 'dask', makespanSeconds: 603, workerHours: 2.01 }), true)).toBe(
      'Dask adaptive takes as long, with the same worker-hours and as many starts, compared with “As it is so far”.',
    );
  });
});
