import { describe, expect, it } from 'vitest';
import { newLiveInstance } from '../../../main/session/live-instance.ts';
import { PhasesAhead } from '../../../main/session/phases-ahead.ts';
import { planned } from './fakes.ts';

/** `b` needs all of `a`, `c` all of `b`; `m` needs what matches of `a`. */
function phases(...ids: string[]) {
  const needs: Record<string, string[]> = { b: ['task:a'], c: ['task:b'], m: ['task:a{"x":1}'] };
  return ids.map((id, at) => newLiveInstance(planned(id, { needs: needs[id[0] ?? ''] ?? [] }), at, 2));
}

const idsOf = (ahead: ReturnType<PhasesAhead['next']>) =>
  ahead.map(({ instances, needs }) => [instances.map(({ planned: { id } }) => id), [...needs]]);

describe('phases that can follow their predecessors without the app', () => {
  it('go together, each behind all of what it needs', () => {
    const instances = phases('a.0', 'a.1', 'b.0', 'b.1', 'c.0', 'm.0');
    for (const one of instances.slice(0, 2)) one.submitted = true;
    expect(idsOf(new PhasesAhead(() => true).next(instances))).toEqual([
      [
        ['b.0', 'b.1'],
        ['a.0', 'a.1'],
      ],
      [['c.0'], ['b.0', 'b.1']],
    ]);
  });

  it('wait only for those that have the same parameter, where that is all they need', () => {
    const needs = (x: number) => [`task:a{"x":${x}}`];
    const instances = [
      ...[1, 2].map((x, at) => newLiveInstance(planned(`a.${at}`, { params: { x } }), at, 2)),
      ...[1, 2, 3].map((x, at) => newLiveInstance(planned(`m.${at}`, { needs: needs(x) }), at + 2, 2)),
    ];
    const ahead = new PhasesAhead(() => true);
    expect(ahead.next(instances)).toEqual([]);
    for (const one of instances.slice(0, 2)) one.submitted = true;
    expect(idsOf(ahead.next(instances))).toEqual([
      [['m.0'], ['a.0']],
      [['m.1'], ['a.1']],
    ]);
  });

  it('wait as long as anything of what they need is not handed over', () => {
    const instances = phases('a.0', 'a.1', 'b.0', 'c.0');
    for (const one of instances.slice(0, 1)) one.submitted = true;
    expect(new PhasesAhead(() => true).next(instances)).toEqual([]);
  });

  it('wait for nothing that has succeeded', () => {
    const instances = phases('a.0', 'a.1', 'b.0');
    for (const one of instances.slice(0, 1)) one.state = 'succeeded';
    for (const one of instances.slice(1, 2)) one.submitted = true;
    expect(idsOf(new PhasesAhead(() => true).next(instances))).toEqual([[['b.0'], ['a.1']]]);
  });

  it('do not go past an instance that something else holds back', () => {
    const instances = phases('a.0', 'b.0', 'b.1', 'c.0');
    for (const one of instances.slice(0, 1)) one.submitted = true;
    const ahead = new PhasesAhead(({ planned: { id } }) => id !== 'b.1');
    expect(idsOf(ahead.next(instances))).toEqual([[['b.0'], ['a.0']]]);
  });

  it('are not given to a site for ever that gives them back', () => {
    const instances = phases('a.0', 'b.0');
    for (const one of instances.slice(0, 1)) one.submitted = true;
    const ahead = new PhasesAhead(() => true);
    const tries = Array.from({ length: 10 }, () => ahead.next(instances).length);
    expect(tries.filter((count) => count > 0)).toHaveLength(3);
  });
});
