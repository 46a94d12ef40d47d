import { expect, test } from 'vitest';
import { preferredOptions } from '../../../main/api/services/preferred-options.ts';
import type { Settings } from '../../../main/api/services.ts';

const settings: Settings = {
  theme: 'system',
  confidence: 0.9,
  risk: 'frugal',
  defaultObjective: 'minimize time',
  defaultPolicy: 'aggressive',
};
const saying = (objectives?: object) => ({ resolved: objectives ? { objectives } : {} });

test('a plan goes by the settings where neither the question nor the manifest says otherwise', () => {
  expect(preferredOptions(saying(), settings, {})).toEqual({
    confidence: 0.9,
    risk: 'frugal',
    objective: 'minimize time',
    policy: 'aggressive',
  });
});

test('what the manifest says of objective and policy stands', () => {
  const options = preferredOptions(saying({ objective: 'balance', policy: 'safe' }), settings, {});
  expect(options).toEqual({ confidence: 0.9, risk: 'frugal' });
  expect(preferredOptions(saying({ objective: 'balance' }), settings, {}).policy).toBe('aggressive');
});

test('what was asked for wins over both', () => {
  const asked = {
    confidence: 0.99,
    risk: 'balanced',
    objective: 'minimize cost',
    sizing: 'learned',
  } as const;
  expect(preferredOptions(saying({ objective: 'balance' }), settings, asked)).toEqual({
    ...asked,
    policy: 'aggressive',
  });
});

test('who prefers no objective gets the manifest’s number of workers', () => {
  const options = preferredOptions(saying(), { ...settings, defaultObjective: null }, {});
  expect(options).not.toHaveProperty('objective');
});
