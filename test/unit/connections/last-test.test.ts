import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProfileFile } from '../../../main/connections/profile-file.ts';

let folder: string;
let profiles: ProfileFile;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scalable-last-test-'));
  profiles = new ProfileFile(folder);
  await profiles.add({ kind: 'ssh', name: 'hpc', host: 'login.hpc.edu' });
  await profiles.saveLastTest('hpc', { at: 1000, ok: false, failed: 'login' });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the last test of a connection', () => {
  it('is there for a later app', async () => {
    expect(await new ProfileFile(folder).lastTest('hpc')).toEqual({ at: 1000, ok: false, failed: 'login' });
    expect(await profiles.lastTest('other')).toBeNull();
  });

  it('says nothing of a connection that was changed', async () => {
    await profiles.update('hpc', { kind: 'ssh', name: 'hpc', host: 'login.hpc.edu', port: 2222 });
    expect(await profiles.lastTest('hpc')).toBeNull();
  });

  it('goes with the connection', async () => {
    await profiles.remove('hpc');
    await profiles.add({ kind: 'ssh', name: 'hpc', host: 'elsewhere' });
    expect(await profiles.lastTest('hpc')).toBeNull();
  });
});
