import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudAddress } from '../../../main/connections/cloud-address.ts';
import {
  type ConnectionInput,
  connectionSchema,
  profileProblems,
} from '../../../main/connections/profile.ts';
import { ProfileFile } from '../../../main/connections/profile-file.ts';

const AWS: ConnectionInput = { kind: 'aws', name: 'lab' };
const SSO = {
  startUrl: 'https://lab.awsapps.com/start',
  region: 'eu-central-1',
  accountId: '123456789012',
  roleName: 'Research',
};
const ROLE = 'arn:aws:iam::123456789012:role/runs';

describe('a connection to a cloud', () => {
  it.each([
    [{ ...AWS, region: 'Frankfurt' }, 'region'],
    [{ ...AWS, region: '--help' }, 'region'],
    [{ ...AWS, endpointUrl: 'file:///etc/passwd' }, 'endpointUrl'],
    [{ ...AWS, endpointUrl: 'http://ada:secret@127.0.0.1:4566' }, 'endpointUrl'],
    [{ ...AWS, endpointUrl: 'http://127.0.0.1:4566/path?key=secret' }, 'endpointUrl'],
    [{ ...AWS, profile: 'a]\n[profile b' }, 'profile'],
    [{ ...AWS, roleArn: 'arn:aws:iam::1:role/x' }, 'roleArn'],
    [{ ...AWS, mfaSerial: 'arn:aws:iam::123456789012:mfa/ada' }, 'mfaSerial'],
    [{ ...AWS, profile: 'lab', sso: SSO }, 'sso'],
    [{ ...AWS, sso: { ...SSO, startUrl: 'javascript:alert(1)' } }, 'sso.startUrl'],
    [{ ...AWS, sso: { startUrl: SSO.startUrl } }, 'sso.region'],
    [{ ...AWS, subnets: ['subnet-xyz'] }, 'subnets'],
    [{ ...AWS, storage: 'gs://lab' }, 'storage'],
    [{ ...AWS, image: '$(reboot)' }, 'image'],
    [{ ...AWS, secretAccessKey: 'abc' }, ''],
    [{ kind: 'gcp', name: 'c', project: 'My Project' }, 'project'],
    [{ kind: 'gcp', name: 'c', impersonate: 'ada@lab.example' }, 'impersonate'],
    [{ kind: 'azure', name: 'c' }, 'kind'],
  ])('refuses %j', (profile, field) => {
    expect(profileProblems(profile).map((problem) => problem.field)).toContain(field);
  });

  it('says in a line where it leads', () => {
    const address = (input: ConnectionInput) => {
      const profile = connectionSchema.parse(input);
      return profile.kind === 'ssh' ? '' : cloudAddress(profile);
    };
    expect(address(AWS)).toBe('AWS, as the tools of this computer have it');
    expect(address({ ...AWS, profile: 'lab', region: 'eu-west-1', roleArn: ROLE })).toBe(
      'AWS, profile lab, eu-west-1, role runs',
    );
    expect(address({ kind: 'gcp', name: 'c', project: 'climate-42' })).toBe(
      'Google Cloud, project climate-42',
    );
  });

  it('is the same after it was kept, whatever it is', () => {
    const input = fc.record(
      {
        kind: fc.constant('aws' as const),
        name: fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/),
        profile: fc.option(fc.stringMatching(/^[\w @+.-]{1,30}$/)),
        region: fc.constantFrom(null, 'eu-central-1', 'us-gov-west-1'),
        storage: fc.constantFrom(null, 's3://lab-runs', 's3://lab-runs/a/b'),
      },
      { requiredKeys: ['kind', 'name'] },
    );
    fc.assert(
      fc.property(input, (profile) => {
        const parsed = connectionSchema.parse(profile);
        expect(connectionSchema.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
      }),
    );
  });
});

describe('the file of connections', () => {
  let folder: string;
  let file: ProfileFile;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'scalable-profiles-'));
    file = new ProfileFile(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps the three kinds side by side, for the user alone', async () => {
    await file.add({ kind: 'ssh', name: 'hpc', host: 'login.hpc.edu' });
    await file.add(AWS);
    await file.add({ kind: 'gcp', name: 'climate', project: 'climate-42' });
    expect((await file.list()).map(({ name, kind }) => [name, kind])).toEqual([
      ['climate', 'gcp'],
      ['hpc', 'ssh'],
      ['lab', 'aws'],
    ]);
    expect((await file.listOf('aws')).map(({ name }) => name)).toEqual(['lab']);
    expect(statSync(join(folder, 'connections.json')).mode & 0o777).toBe(0o600);
  });

  it('says so when a target names a connection of another kind', async () => {
    await file.add(AWS);
    await expect(file.getOf('ssh', 'lab')).rejects.toMatchObject({
      code: 'E_CONNECTION_KIND',
      message: 'The connection lab is for AWS, not for a cluster over SSH.',
    });
  });

  it('leaves out what a damaged file says of clouds, and keeps the rest', async () => {
    const entries = [
      { kind: 'aws', name: 'bad', region: '; rm -rf /' },
      { kind: 'aws', name: 'good' },
      7,
      null,
    ];
    writeFileSync(join(folder, 'connections.json'), JSON.stringify(entries));
    expect((await file.list()).map(({ name }) => name)).toEqual(['good']);
  });

  it('forgets the last test when what was tested has changed', async () => {
    await file.add(AWS);
    await file.saveLastTest('lab', { at: 1, ok: true, failed: null });
    await file.update('lab', { ...AWS, region: 'eu-west-1' });
    expect(await file.lastTest('lab')).toBeNull();
    expect(readFileSync(join(folder, 'connections.json'), 'utf8')).toContain('eu-west-1');
  });
});
