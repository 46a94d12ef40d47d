import { expect, test } from 'vitest';
import { LearnedAdvisor } from '../../../../main/advisor/learned-advisor.ts';
import { ResourceAdvisor } from '../../../../main/advisor/resource-advisor.ts';
import { energyRows, historyRow } from '../fixtures.ts';

const features = { num_nodes: 400, input_size_mb: 80, scenario_type: 'baseline' };

test('evidence says which inputs would change the answer, and to what', () => {
  const advisor = LearnedAdvisor.fromRows(energyRows(120), { modelType: 'linear' });
  const { method, evidence } = advisor.recommend({ task: 'simulate', features });
  expect(method).toBe('learned');
  expect(evidence.changes?.length).toBeGreaterThan(1);
  for (const sentence of evidence.changes ?? [])
    expect(sentence).toMatch(/^With (num_nodes|input_size_mb|scenario_type) = \S+ it would be .+B\.$/);
  expect(evidence.changes?.some((sentence) => sentence.includes('scenario_type = baseline'))).toBe(false);
});

test('where percentiles or the manifest answer, it says what models need', () => {
  const changes = (advisor: ResourceAdvisor) => advisor.recommend({ task: 'simulate' }).evidence.changes;
  expect(changes(ResourceAdvisor.fromRows(energyRows(60)))).toEqual([
    'Runs with inputs that vary more and tell the memory: then models may waste less than percentiles.',
  ]);
  expect(changes(ResourceAdvisor.fromRows([historyRow()]))).toEqual([
    'Attempts with measured memory: three of them let percentiles answer.',
  ]);
});
