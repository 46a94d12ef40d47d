import { expect, test } from 'vitest';
import type { DeploymentSpec } from '../../../main/manifest/spec.ts';
import { rewishedSpec, wishedSpec } from '../../../main/session/wished-spec.ts';

const SPEC = {
  objectives: { objective: 'balance', policy: 'safe', budgetUsd: 5, deadlineHours: 2 },
} as unknown as DeploymentSpec;

test('a run holds to what its plan was made for, not to what the manifest says beside it', () => {
  const bounds = { budgetUsd: 20, deadlineHours: null };
  const spec = wishedSpec(SPEC, { objective: 'minimize time', policy: 'aggressive', bounds });
  expect(spec.objectives).toEqual({ objective: 'minimize time', policy: 'aggressive', ...bounds });
});

test('a resumed run gets more money and keeps its deadline', () => {
  expect(rewishedSpec(SPEC, { budgetUsd: 50 }).objectives).toEqual({
    objective: 'balance',
    policy: 'safe',
    budgetUsd: 50,
    deadlineHours: 2,
  });
});
