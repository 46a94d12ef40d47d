import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsProfileSchema } from '../../../../main/connections/aws/aws-profile.ts';
import { gcpProfileSchema } from '../../../../main/connections/gcp/gcp-profile.ts';
import { connectionSchema, profileProblems } from '../../../../main/connections/profile.ts';
import {
  CLOUD_FIELDS,
  formOfGcloud,
  formOfProfile,
  formOfShared,
  profileOfForm,
} from '../../../../renderer/pages/connections/cloud-form.ts';
import {
  cloudBlock,
  cloudChoice,
  cloudChoiceProblems,
  withOffers,
} from '../../../../renderer/pages/connections/cloud-target.ts';
import { blockYaml } from '../../../../renderer/pages/connections/yaml-block.ts';
import { fakeChoices } from '../../../fixtures/fake/fake-clouds.ts';

const FULL = awsProfileSchema.parse({
  kind: 'aws',
  name: 'lab',
  region: 'eu-central-1',
  sso: {
    startUrl: 'https://lab.awsapps.com/start',
    region: 'eu-central-1',
    accountId: '123456789012',
    roleName: 'R',
  },
  roleArn: 'arn:aws:iam::123456789012:role/runs',
  mfaSerial: 'arn:aws:iam::123456789012:mfa/ada',
  cluster: 'labs',
  subnets: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
  securityGroups: ['sg-0a1b2c3d'],
  storage: 's3://lab-runs',
  endpointUrl: 'http://127.0.0.1:4566',
});

describe('the form of a cloud', () => {
  it('loses nothing of a connection', () => {
    expect(connectionSchema.parse(profileOfForm('aws', formOfProfile(FULL)))).toEqual(FULL);
    const google = gcpProfileSchema.parse({
      kind: 'gcp',
      name: 'c',
      project: 'climate-42',
      impersonate: 'a@b.iam.gserviceaccount.com',
    });
    expect(connectionSchema.parse(profileOfForm('gcp', formOfProfile(google)))).toEqual(google);
  });

  it('has a field for everything that a connection says', () => {
    const keys = (kind: 'aws' | 'gcp') =>
      CLOUD_FIELDS[kind].flatMap(({ fields }) => fields.map(({ key }) => key.split('.')[0]));
    expect(new Set(keys('aws'))).toEqual(
      new Set(Object.keys(FULL).filter((key) => key !== 'kind' && key !== 'name')),
    );
    const google = Object.keys(gcpProfileSchema.shape).filter((key) => key !== 'kind' && key !== 'name');
    expect(new Set(keys('gcp'))).toEqual(new Set(google));
  });

  it('has what is wrong told beside a field that it shows', () => {
    const shown = new Set([
      'name',
      'sso',
      ...CLOUD_FIELDS.aws.flatMap(({ fields }) => fields.map(({ key }) => key)),
    ]);
    const texts = fc.dictionary(fc.constantFrom(...shown), fc.string({ maxLength: 30 }));
    fc.assert(
      fc.property(texts, (form) => {
        for (const { field } of profileProblems(profileOfForm('aws', form))) expect(shown).toContain(field);
      }),
    );
  });

  it('is filled in from what the clouds’ tools know', () => {
    expect(
      formOfShared({ name: 'lab+eu', region: null, roleArn: null, mfaSerial: null, sso: null }),
    ).toMatchObject({ name: 'lab-eu', profile: 'lab+eu' });
    expect(
      formOfGcloud({
        name: 'default',
        isActive: true,
        account: null,
        project: 'climate-42',
        region: 'us-east1',
      }),
    ).toEqual({
      name: 'climate-42',
      project: 'climate-42',
      region: 'us-east1',
    });
  });
});

describe('a target on a cloud', () => {
  it('says what the connection says, and leaves the rest out', () => {
    const plain = awsProfileSchema.parse({ kind: 'aws', name: 'lab' });
    expect(cloudBlock(plain, cloudChoice(plain))).toEqual({
      provider: 'aws',
      connection: 'lab',
      max_workers: 20,
    });
    expect(cloudBlock(FULL, { ...cloudChoice(FULL), spot: true, maxWorkers: null })).toEqual({
      provider: 'aws',
      connection: 'lab',
      region: 'eu-central-1',
      cluster: 'labs',
      subnets: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
      security_groups: ['sg-0a1b2c3d'],
      spot: true,
    });
  });

  it('takes subnets of the default network, its security group and the usual roles from the account', () => {
    const plain = awsProfileSchema.parse({ kind: 'aws', name: 'lab' });
    expect(withOffers(cloudChoice(plain), fakeChoices('aws'))).toMatchObject({
      subnets: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
      securityGroups: ['sg-0a1b2c3d'],
      executionRole: 'arn:aws:iam::123456789012:role/ecsTaskExecutionRole',
      taskRole: 'arn:aws:iam::123456789012:role/scalable-task',
    });
    const chosen = { ...cloudChoice(plain), subnets: ['subnet-0f0f0f0f'] };
    expect(withOffers(chosen, fakeChoices('aws'))).toMatchObject({
      subnets: ['subnet-0f0f0f0f'],
      securityGroups: [],
    });
  });

  it('cannot be in two networks, and names its project on Google Cloud', () => {
    const plain = awsProfileSchema.parse({ kind: 'aws', name: 'lab' });
    const both = { ...cloudChoice(plain), subnets: ['subnet-0a1b2c3d', 'subnet-0f0f0f0f'] };
    expect(Object.keys(cloudChoiceProblems(plain, both, fakeChoices('aws')))).toEqual(['subnets']);
    const foreign = { ...cloudChoice(plain), subnets: ['subnet-0f0f0f0f'], securityGroups: ['sg-0a1b2c3d'] };
    expect(Object.keys(cloudChoiceProblems(plain, foreign, fakeChoices('aws')))).toEqual(['securityGroups']);
    const google = gcpProfileSchema.parse({ kind: 'gcp', name: 'c' });
    expect(Object.keys(cloudChoiceProblems(google, cloudChoice(google), null))).toEqual(['project']);
  });

  it('is written so that YAML reads what was meant', () => {
    expect(
      blockYaml('lab', {
        provider: 'aws',
        subnets: ['subnet-1', 'yes'],
        spot: true,
        max_workers: 3,
        arn: 'a:b',
      }),
    ).toBe(
      'targets:\n  lab:\n    provider: aws\n    subnets: [subnet-1, "yes"]\n    spot: true\n    max_workers: 3\n    arn: "a:b"\n',
    );
  });
});
