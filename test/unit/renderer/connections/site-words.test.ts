import { describe, expect, it } from 'vitest';
import { fairShareWords, reachSentence, waitingWords } from '../../../../renderer/lib/site-words.ts';

describe('the words for a site', () => {
  it.each([
    ['Priority', /other jobs come first/],
    ['Resources', /waits for free nodes/],
    ['QOSMaxJobsPerUserLimit', /limit of running jobs/],
    ['QOSMaxCpuPerUserLimit', /limit of CPUs/],
    ['AssocGrpMemLimit', /memory/],
    ['AssocGrpCpuLimit', /CPUs|account/],
    ['JobArrayTaskLimit', /as there are workers/],
    ['PartitionTimeLimit', /never begin/],
    ['DependencyNeverSatisfied', /never begin/],
    ['ReqNodeNotAvail, UnavailableNodes:n1', /down or reserved/],
    ['JobHeldUser', /on hold/],
  ])('say why a job waits: %s', (reason, words) => {
    expect(waitingWords(reason)).toMatch(words);
  });

  it('keep Slurm’s own word where they know none', () => {
    expect(waitingWords('SomethingNew')).toBe('Slurm says SomethingNew');
  });

  it('say since when it does not answer', () => {
    const reach = { state: 'unreachable', since: 0, reason: 'no route.' } as const;
    expect(reachSentence(reach, 600_000)).toBe('Not answering since 10 min ago: no route.');
    expect(reachSentence({ state: 'reachable' })).toBeNull();
  });

  it('tell fair share both ways', () => {
    expect(fairShareWords(0.9)).toMatch(/less than your share/);
    expect(fairShareWords(0.1)).toMatch(/more than your share/);
    expect(fairShareWords(0.5)).toMatch(/about your share/);
  });
});
