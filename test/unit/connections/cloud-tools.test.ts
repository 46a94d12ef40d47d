import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsProfileSchema } from '../../../main/connections/aws/aws-profile.ts';
import { openAws } from '../../../main/connections/aws/open-aws.ts';
import { readSharedProfiles } from '../../../main/connections/aws/shared-config.ts';
import {
  parseProperties,
  projectOfCredentials,
  readGcloudConfigurations,
} from '../../../main/connections/gcp/gcloud-config.ts';
import { openGcp } from '../../../main/connections/gcp/open-gcp.ts';
import { noPrompts } from '../../../main/connections/prompts.ts';

let home: string;
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
};
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'scalable-tools-'));
  for (const name of Object.keys(process.env))
    if (/^(?:AWS_|GOOGLE_|CLOUDSDK_|GCLOUD_)/.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

describe('what the AWS tools of this computer know', () => {
  it('is nothing where they were never set up', async () => {
    expect(await readSharedProfiles()).toEqual([]);
  });

  it('are profiles of both files, with how they sign in and without their secrets', async () => {
    write('.aws/credentials', '[default]\naws_access_key_id = AKIA1\naws_secret_access_key = hush\n');
    write(
      '.aws/config',
      '[default]\nregion = eu-west-1\n[profile lab]\nsso_session = uni\nsso_account_id = 123456789012\nsso_role_name = R\n[profile old]\nsso_start_url = https://old.awsapps.com/start\nsso_region = us-east-1\n[sso-session uni]\nsso_start_url = https://uni.awsapps.com/start\nsso_region = eu-central-1\nsso_registration_scopes = sso:account:access, other\n[services dev]\ns3 =\n  endpoint_url = http://127.0.0.1\n',
    );
    const found = await readSharedProfiles();
    expect(found.map(({ name }) => name)).toEqual(['default', 'lab', 'old']);
    expect(found[0]?.region).toBe('eu-west-1');
    expect(found[1]?.sso).toEqual({
      session: 'uni',
      startUrl: 'https://uni.awsapps.com/start',
      region: 'eu-central-1',
      accountId: '123456789012',
      roleName: 'R',
      scopes: ['sso:account:access', 'other'],
    });
    expect(found[2]?.sso).toMatchObject({ session: null, startUrl: 'https://old.awsapps.com/start' });
    expect(JSON.stringify(found)).not.toMatch(/hush|AKIA1/);
  });

  it('signs in where the profile does whose credentials a role is taken on with', async () => {
    write(
      '.aws/config',
      '[profile runs]\nrole_arn = arn:aws:iam::123456789012:role/runs\nsource_profile = old\n[profile old]\nsso_start_url = https://old.awsapps.com/start\nsso_region = us-east-1\n[profile a]\nsource_profile = b\n[profile b]\nsource_profile = a\n',
    );
    const found = new Map(
      (await readSharedProfiles()).map((profile) => [profile.name, profile.sso?.startUrl]),
    );
    expect(found.get('runs')).toBe('https://old.awsapps.com/start');
    expect(found.get('a')).toBeUndefined();
  });

  it('is read anew each time', async () => {
    write('.aws/config', '[profile one]\nregion = eu-west-1\n');
    await readSharedProfiles();
    write('.aws/config', '[profile two]\nregion = eu-west-1\n');
    expect((await readSharedProfiles()).map(({ name }) => name)).toEqual(['two']);
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [{ wishes: 'us-west-2', profile: 'eu-west-1', AWS_REGION: 'eu-west-2' }, 'us-west-2'],
    [{ profile: 'eu-west-1', AWS_REGION: 'eu-west-2' }, 'eu-west-1'],
    [{ AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-3' }, 'eu-west-2'],
    [{ AWS_DEFAULT_REGION: 'eu-west-3' }, 'eu-west-3'],
    [{}, 'eu-north-1'],
  ])('gives the region when nobody closer does: %j', async ({ wishes, profile, ...env }, region) => {
    write('.aws/config', '[default]\nregion = eu-north-1\n');
    const { access } = await openAws({
      profile: awsProfileSchema.parse({ kind: 'aws', name: 'lab', region: profile ?? null }),
      wishes: wishes === undefined ? {} : { region: wishes },
      env,
      prompts: noPrompts,
      clock: { now: () => 0 },
      signal: new AbortController().signal,
    });
    expect(access).toMatchObject({ region, endpointUrl: null });
  });
});

describe('what gcloud of this computer knows', () => {
  it('are configurations, the active one first', async () => {
    write('.config/gcloud/active_config', 'work\n');
    write('.config/gcloud/configurations/config_default', '[core]\nproject = toy\n');
    write(
      '.config/gcloud/configurations/config_work',
      '[core]\naccount = ada@lab.example\nproject = climate-42\n\n[compute]\nregion = europe-west4\n',
    );
    const found = await readGcloudConfigurations(process.env);
    expect(found).toEqual([
      {
        name: 'work',
        isActive: true,
        account: 'ada@lab.example',
        project: 'climate-42',
        region: 'europe-west4',
      },
      { name: 'default', isActive: false, account: null, project: 'toy', region: null },
    ]);
    const access = await openGcp({ profile: null, wishes: {}, env: process.env });
    expect(access).toMatchObject({ projectId: 'climate-42', region: 'europe-west4', apiEndpoint: null });
    const other = await openGcp({
      profile: null,
      wishes: { region: 'us-east1', projectId: 'p-other' },
      env: process.env,
    });
    expect(other).toMatchObject({ projectId: 'p-other', region: 'us-east1' });
  });

  it('names the project of application-default credentials, and is silent about files that are none', async () => {
    write('key.json', JSON.stringify({ project_id: 'of-the-key', private_key: 'hush' }));
    expect(await projectOfCredentials({ GOOGLE_APPLICATION_CREDENTIALS: join(home, 'key.json') })).toBe(
      'of-the-key',
    );
    for (const text of ['', 'null', '[]', '{"project_id": 7}', '{']) {
      write('key.json', text);
      expect(
        await projectOfCredentials({ GOOGLE_APPLICATION_CREDENTIALS: join(home, 'key.json') }),
      ).toBeNull();
    }
  });

  it('asks where to run when nothing says so', async () => {
    await expect(openGcp({ profile: null, wishes: {}, env: { HOME: home } })).rejects.toMatchObject({
      code: 'E_CLOUD_PROJECT',
    });
    await expect(
      openGcp({ profile: null, wishes: { projectId: 'p-one' }, env: { HOME: home } }),
    ).rejects.toMatchObject({ code: 'E_CLOUD_REGION' });
  });

  it('reads properties back as they were written', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,12}$/);
    fc.assert(
      fc.property(
        fc.dictionary(word, fc.dictionary(word, word, { maxKeys: 4 }), { maxKeys: 4 }),
        (sections) => {
          const text = Object.entries(sections)
            .map(
              ([name, pairs]) =>
                `[${name}]\n${Object.entries(pairs)
                  .map(([key, value]) => `${key} = ${value}\n`)
                  .join('')}`,
            )
            .join('\n# a remark = none\n');
          const wanted = Object.entries(sections).flatMap(([name, pairs]) =>
            Object.entries(pairs).map(([key, value]) => [`${name}/${key}`, value] as const),
          );
          expect(parseProperties(text)).toEqual(new Map(wanted));
        },
      ),
    );
  });

  it('survives any file', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => void parseProperties(text)),
    );
  });
});
