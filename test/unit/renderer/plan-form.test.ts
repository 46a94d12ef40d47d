import { describe, expect, it } from 'vitest';
import { type PlanForm, planRequest, positiveOrNull } from '../../../renderer/pages/plan/plan-form.ts';
import { changeOf, memoryRange, walltimeRange } from '../../../renderer/pages/plan/request-range.ts';
import { folderSteps } from '../../../renderer/pages/projects/folder-steps.ts';

const form: PlanForm = {
  target: 'local',
  objective: null,
  policy: null,
  sizing: 'auto',
  risk: 'balanced',
  confidence: 0.95,
  budgetUsd: null,
  deadlineHours: null,
  workers: {},
};

describe('the question for the planner', () => {
  it('leaves to the manifest what was not chosen', () => {
    expect(planRequest('p', form)).toEqual({
      projectId: 'p',
      target: 'local',
      sizing: 'auto',
      risk: 'balanced',
      confidence: 0.95,
    });
  });

  it('carries every choice', () => {
    expect(
      planRequest('p', {
        ...form,
        objective: 'minimize time',
        policy: 'safe',
        risk: 'frugal',
        budgetUsd: 5,
        deadlineHours: 2,
      }),
    ).toMatchObject({
      objective: 'minimize time',
      policy: 'safe',
      risk: 'frugal',
      budgetUsd: 5,
      deadlineHours: 2,
    });
  });

  it('gives worker counts only to the manual policy', () => {
    const workers = { model: 3 };
    expect(planRequest('p', { ...form, workers })).not.toHaveProperty('workers');
    expect(planRequest('p', { ...form, policy: 'manual', workers })).toMatchObject({ workers });
  });

  it('takes only positive limits', () => {
    expect(['', 0, -1, '2.5', 3].map(positiveOrNull)).toEqual([null, null, null, 2.5, 3]);
  });
});

describe('requests in words', () => {
  const small = { cpus: 1, memoryBytes: 128 * 1024 ** 2, walltimeSeconds: null };
  const large = { cpus: 1, memoryBytes: 1344 * 1024 ** 2, walltimeSeconds: null };

  it('shows a range only where instances differ', () => {
    expect(memoryRange(small, large)).toBe('128 MB – 1.31 GB');
    expect(memoryRange(small, small)).toBe('128 MB');
    expect(walltimeRange(small, large)).toBe('no limit');
  });

  it('says less or more only against a number', () => {
    expect([changeOf(2, 1), changeOf(1, 2), changeOf(1, 1), changeOf(null, 1)]).toEqual([
      'less',
      'more',
      'same',
      'same',
    ]);
  });
});

it('names the folders on the way to a path, on both kinds of system', () => {
  expect(folderSteps('/home/ada').map(({ path }) => path)).toEqual(['/', '/home', '/home/ada']);
  expect(folderSteps('/').map(({ path }) => path)).toEqual(['/']);
  expect(folderSteps('C:\\data\\x').map(({ path }) => path)).toEqual(['C:\\', 'C:\\data', 'C:\\data\\x']);
});
