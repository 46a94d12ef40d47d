import { expect, it, vi } from 'vitest';
import { withSlurm } from './with-slurm.ts';

withSlurm('the test cluster', (cluster) => {
  it('runs a job of its own user, who is not root', async () => {
    const { shared } = cluster.facts;
    await cluster.ssh(`cd ${shared} && rm -f who.txt && sbatch -o who.txt --wrap 'id -un'`);
    await vi.waitFor(
      async () => expect(await cluster.ssh(`cat ${shared}/who.txt`)).toBe(cluster.facts.user),
      30_000,
    );
  });

  it('has two partitions, and accounting', async () => {
    expect((await cluster.ssh('sinfo -h -o %P | sort')).split('\n')).toEqual(['batch*', 'debug']);
    await vi.waitFor(
      async () => expect(await cluster.ssh('sacct -n -P -X -o User | sort -u')).toBe(cluster.facts.user),
      30_000,
    );
  });
});
