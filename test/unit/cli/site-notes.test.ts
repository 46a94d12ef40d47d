import { expect, it } from 'vitest';
import { siteNotes } from '../../../main/cli/site-notes.ts';
import type { SiteReach } from '../../../main/providers/site.ts';

it('says once that a site does not answer and why, and once that it is back', () => {
  const said: string[] = [];
  const tell = siteNotes((text) => said.push(text));
  const away = (reason: string): SiteReach => ({ state: 'unreachable', since: 0, reason });
  const states: SiteReach[] = [
    { state: 'reachable' },
    away('Slurm does not answer.'),
    away('The connection broke.'),
    { state: 'needs_you', since: 0, reason: 'A one-time code is asked for.' },
    { state: 'reachable' },
    { state: 'reachable' },
  ];
  for (const reach of states) tell({ label: 'ada@hpc', reach });
  expect(said).toEqual([
    expect.stringMatching(/^ada@hpc does not answer .* Slurm does not answer\.$/),
    'ada@hpc waits for you: A one-time code is asked for.',
    'ada@hpc answers again.',
  ]);
  tell(undefined);
  expect(said).toHaveLength(3);
});
