import { describe, expect, it } from 'vitest';
import { editsFor } from '../../../main/api/services/advice.ts';
import type { TaskAdvice } from '../../../main/api/services.ts';

function advice(task: string, component: string, current: string, recommended: string): TaskAdvice {
  return {
    task,
    component,
    current: { cpus: 1, memory: current, walltime: null },
    recommended: { cpus: 1, memory: recommended, walltime: null },
    method: 'learned',
    confidence: 0.95,
    sentence: `${task} needs ${recommended}.`,
  };
}
const nowhere = () => null;
const values = (edits: ReturnType<typeof editsFor>) =>
  edits.map(({ path, value }) => [path.join('.'), value]);

describe('applying advice', () => {
  it('changes the component of the task, with the reason', () => {
    const edits = editsFor([advice('simulate', 'model', '512M', '1344M')], ['simulate'], nowhere);
    expect(values(edits)).toEqual([['components.model.memory', '1344M']]);
    expect(edits[0]?.reason).toBe('simulate needs 1344M.');
  });
  it('gives a shared component what the hungriest of its tasks needs', () => {
    const both = [advice('a', 'model', '4G', '1G'), advice('b', 'model', '4G', '2G')];
    expect(values(editsFor(both, ['a', 'b'], nowhere))).toEqual([['components.model.memory', '2G']]);
  });
  it('never lowers a component while a task that was not chosen uses it', () => {
    const both = [advice('a', 'model', '4G', '1G'), advice('b', 'model', '4G', '2G')];
    expect(values(editsFor(both, ['a'], nowhere))).toEqual([['components.model.memory', '4G']]);
  });
  it('changes the overlay where the target’s overlay decides', () => {
    const edits = editsFor([advice('a', 'model', '64G', '20G')], ['a'], () => 'hpc-large');
    expect(values(edits)).toEqual([['overlays.hpc-large.components.model.memory', '20G']]);
  });
  it('changes nothing for a task without evidence', () => {
    const unknown = { ...advice('a', 'model', '4G', '4G'), method: 'manifest' as const };
    expect(editsFor([unknown], ['a'], nowhere)).toEqual([]);
  });
});
