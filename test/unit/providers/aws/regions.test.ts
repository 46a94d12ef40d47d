import { expect, it, test } from 'vitest';
import { exitCodeFor } from '../../../../main/cli/exit-codes.ts';
import type { DeploymentSpec } from '../../../../main/manifest/spec.ts';
import { awsFailure } from '../../../../main/providers/aws/aws-errors.ts';
import { AWS_REGIONS, mustBeAwsRegion } from '../../../../main/providers/aws/regions.ts';
import { GCP_REGIONS } from '../../../../main/providers/gcp/regions.ts';
import { regionWarnings } from '../../../../main/providers/region-name.ts';

const unresolved = (code: string) => async () =>
  Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code }));

test('a region without servers does not exist, which is said with those near it and ends with 3', async () => {
  const error: unknown = await mustBeAwsRegion('eu-centrall-1', unresolved('ENOTFOUND')).catch((e) => e);
  expect(error).toMatchObject({
    code: 'E_CLOUD_REGION',
    message: 'AWS has no region eu-centrall-1; did you mean eu-central-1?',
    hint: expect.stringMatching(/^Near it: eu-central-1, eu-central-2, eu-north-1, .*describe-regions/),
  });
  expect(exitCodeFor(error)).toBe(3);
});

test('a region that is newer than this version is taken, and so is any while there is no network', async () => {
  await mustBeAwsRegion('eu-central-9', async () => '192.0.2.1');
  await mustBeAwsRegion('eu-central-9', unresolved('EAI_AGAIN'));
});

test('known regions are not asked about, and look like regions', async () => {
  for (const region of AWS_REGIONS.known) {
    expect(region).toMatch(/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/);
    await mustBeAwsRegion(region, unresolved('ENOTFOUND'));
  }
  for (const region of GCP_REGIONS.known) expect(region).toMatch(/^[a-z]+(-[a-z]+)+\d{1,2}$/);
  for (const { known } of [AWS_REGIONS, GCP_REGIONS]) expect(new Set(known).size).toBe(known.length);
});

test('a plan, which asks nobody, warns of a region that is not known, and names those near it', () => {
  const spec = (region: string) =>
    ({ target: { name: 'cloud', options: { region } } }) as unknown as DeploymentSpec;
  expect(regionWarnings(spec('eu-central-1'), 'eu-central-1', AWS_REGIONS)).toEqual([]);
  expect(regionWarnings(spec('eu-centrall-1'), 'eu-centrall-1', AWS_REGIONS)).toMatchObject([
    {
      code: 'W_CLOUD_REGION',
      path: 'targets.cloud.region',
      message: 'eu-centrall-1 is no region of AWS that this version knows',
      hint: expect.stringMatching(/^Did you mean eu-central-1\? Near it: eu-central-1, /),
    },
  ]);
  expect(regionWarnings(spec(''), 'europe-wset4', GCP_REGIONS)[0]?.path).toBe('targets.cloud.zone');
});

const refusal = (name: string, status = 400, message = name) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

it.each([
  [refusal('AccessDeniedException'), 'E_CLOUD_PERMISSION', /ecs:RunTask/],
  [refusal('UnknownError', 403), 'E_CLOUD_PERMISSION', /ecs:RunTask/],
  [refusal('ExpiredTokenException'), 'E_CREDENTIALS_EXPIRED', /have expired/],
  [refusal('InvalidClientTokenId', 403), 'E_CREDENTIALS_DENIED', /does not know these credentials/],
  [refusal('NoSuchBucket', 404), 'E_CLOUD_STORAGE', /no bucket/],
  [refusal('PermanentRedirect', 301), 'E_CLOUD_REGION', /in another region/],
  [refusal('ClusterNotFoundException'), 'E_CLOUD_CLUSTER', /does not exist/],
  [refusal('ThrottlingException'), 'E_SITE_UNREACHABLE', /does not answer/],
  [
    new AggregateError([Object.assign(new Error('no'), { code: 'ECONNREFUSED' })]),
    'E_SITE_UNREACHABLE',
    /answer/,
  ],
  [refusal('InvalidParameterException'), 'E_SITE_REFUSED', /refused ecs:RunTask/],
])('%s has a name and a sentence, and ends with 3', (thrown, code, sentence) => {
  const error = awsFailure(thrown, { action: 'ecs:RunTask', what: 'the cluster lab' });
  expect(error.code).toBe(code);
  expect(error.message).toMatch(sentence);
  expect(exitCodeFor(error)).toBe(3);
});
