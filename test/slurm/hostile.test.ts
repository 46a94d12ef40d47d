import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Campaign } from './campaign-rig.ts';
import { withSlurm } from './with-slurm.ts';

const HOSTILE = '$(touch pwned); "\'\n';
const TASKS = `work:
  component: model
  command: sh -c 'printf %s "$1" >"$LEDGER"' work {text}
  params: { text: [${JSON.stringify(HOSTILE)}] }
  scouts: off
`;

withSlurm('a hostile parameter in a manifest', (cluster) => {
  it('arrives on a node of a real Slurm as its text, and nowhere else', async () => {
    const campaign = await Campaign.create(cluster, TASKS);
    const app = campaign.start('run');
    expect([await app.exit, app.said()]).toEqual([0, expect.stringContaining('succeeded')]);
    expect(readFileSync(`${campaign.folder}.ledger`, 'utf8')).toBe(HOSTILE);
    expect(await cluster.ssh(`find ${cluster.facts.shared} ~ -name pwned`)).toBe('');
  });
});
