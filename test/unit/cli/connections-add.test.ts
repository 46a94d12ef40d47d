import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from './fake-io.ts';

describe('scalable connections add', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'scalable-add-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const call = (...args: string[]) =>
    cli({ cwd: folder, env: { SCALABLE_CONFIG_DIR: folder, HOME: folder } }, 'connections', ...args);
  const kept = () => JSON.parse(readFileSync(join(folder, 'connections.json'), 'utf8'));

  it('adds AWS with a profile, a role and a network', async () => {
    const flags =
      '--profile lab --region eu-central-1 --endpoint-url http://127.0.0.1:4566 --subnets subnet-0a1b2c3d,subnet-0a1b2c3e --security-groups sg-0a1b2c3d --storage s3://lab-runs';
    const { code, stdout } = await call('add', 'aws', 'lab', ...flags.split(' '));
    expect(code).toBe(0);
    expect(stdout).toContain('Try it: scalable connections test lab');
    expect(kept()).toMatchObject([
      {
        kind: 'aws',
        profile: 'lab',
        region: 'eu-central-1',
        subnets: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
        securityGroups: ['sg-0a1b2c3d'],
      },
    ]);
  });

  it('adds a sign-in of IAM Identity Center without a profile', async () => {
    const flags =
      '--region eu-west-1 --sso-start-url https://lab.awsapps.com/start --sso-account 123456789012 --sso-role Research';
    expect((await call('add', 'aws', 'lab', ...flags.split(' '))).code).toBe(0);
    expect(kept()[0].sso).toEqual({
      startUrl: 'https://lab.awsapps.com/start',
      region: 'eu-west-1',
      accountId: '123456789012',
      roleName: 'Research',
    });
  });

  it('adds Google Cloud', async () => {
    const flags =
      '--project climate-42 --region europe-west4 --impersonate runs@climate-42.iam.gserviceaccount.com --format json';
    const { code, stdout } = await call('add', 'gcp', 'climate', ...flags.split(' '));
    expect(code).toBe(0);
    expect(JSON.parse(stdout).added).toMatchObject({ kind: 'gcp', project: 'climate-42' });
    const listed = await call('list', '--format', 'json');
    expect(JSON.parse(listed.stdout).connections).toMatchObject([
      { kind: 'gcp', name: 'climate', region: 'europe-west4', tested_at: null },
    ]);
  });

  it.each([
    [['azure', 'x'], 'no kind of connection called azure'],
    [['asw', 'x'], 'did you mean aws?'],
    [['aws', 'x', '--region', 'Frankfurt'], '--region: must be a region such as eu-central-1'],
    [['aws', 'x', '--host', 'login.hpc.edu'], '--host says nothing about a connection of kind aws'],
    [['gcp', 'x', '--profile', 'lab'], '--profile says nothing about a connection of kind gcp'],
    [['aws', 'x', '--sso-start-url', 'https://lab.awsapps.com/start'], '--sso-region: '],
    [['aws', 'x', '--mfa-serial', 'arn:aws:iam::123456789012:mfa/ada'], '--mfa-serial: needs the role'],
    [['ssh', 'x'], 'It needs the machine to reach'],
    [['aws', '../x'], 'name: must be of letters'],
  ])('refuses %j as wrong usage', async (args, words) => {
    const { code, stderr } = await call('add', ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(words) });
  });

  it('prints the policy, and has none for a cluster', async () => {
    await call('add', 'aws', 'lab');
    await call('add', 'ssh', 'hpc', '--host', 'login.hpc.edu');
    const { code, stdout } = await call('policy', 'lab');
    expect({ code, version: JSON.parse(stdout).Version }).toEqual({ code: 0, version: '2012-10-17' });
    expect((await call('policy', 'hpc')).code).toBe(2);
    expect((await call('policy', 'gone')).code).toBe(3);
  });
});
