import { expect, it } from 'vitest';
import { makeContext } from '../../../main/cli/context.ts';
import { withSites } from '../../../main/cli/run-sites.ts';
import { ProfileFile } from '../../../main/connections/profile-file.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';

it('tells a run that is taken up again where its connection leads, so that its budget has prices', async () => {
  const folder = tempFolder('config');
  await new ProfileFile(folder).add({ kind: 'aws', name: 'lab', region: 'us-east-1' });
  const nowhere = { write: () => undefined, isTTY: false, columns: 80 };
  const io = {
    stdin: process.stdin,
    stdout: nowhere,
    stderr: nowhere,
    env: { SCALABLE_CONFIG_DIR: folder },
    cwd: folder,
    signal: new AbortController().signal,
  };
  const context = makeContext(io, { format: 'text', color: false });
  const region = await withSites(context, async (sites) => sites.all().region?.('lab'));
  expect(region).toBe('us-east-1');
});
