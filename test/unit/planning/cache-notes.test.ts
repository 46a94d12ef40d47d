import { expect, test } from 'vitest';
import type { DeploymentSpec } from '../../../main/manifest/spec.ts';
import { cacheNotes } from '../../../main/planning/cache-notes.ts';

function spec(provider: string, connection: string | null, cache: boolean) {
  const target = { name: 'hpc', provider, options: { connection } };
  return { target, tasks: { t: { name: 't', cache } } } as unknown as DeploymentSpec;
}

test('a plan says where cache: true finds nothing', () => {
  expect(cacheNotes(spec('slurm', 'login', true))).toEqual([
    {
      code: 'W_CACHE_AT_SITE',
      message: expect.stringContaining('Results of t are reused on hpc only where'),
    },
  ]);
});

test.each([
  ['this machine', spec('local', null, true)],
  ['the login node itself', spec('slurm', null, true)],
  ['a task without a cache', spec('slurm', 'login', false)],
])('and nothing about %s', (_what, given) => {
  expect(cacheNotes(given)).toEqual([]);
});
