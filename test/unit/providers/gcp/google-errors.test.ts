import { describe, expect, it } from 'vitest';
import { googleError, isPassing } from '../../../../main/providers/gcp/google-errors.ts';
import { patiently } from '../../../../main/providers/gcp/patient-call.ts';

const CALL = {
  label: 'project lab in us-central1',
  doing: 'create a Batch job',
  permission: 'batch.jobs.create',
  region: 'us-central1',
};

const rpc = (code: number, message: string, more = {}) =>
  Object.assign(new Error(message), { code, ...more });
const http = (status: number, error: unknown) =>
  Object.assign(new Error(`Request failed with status code ${status}`), {
    status,
    response: { status, data: { error } },
  });

describe('what Google Cloud says, in a sentence with what to do', () => {
  it.each([
    [
      rpc(7, 'denied', { errorInfoMetadata: { permission: 'iam.serviceAccounts.actAs' } }),
      'E_CLOUD_PERMISSION',
      /serviceAccountUser/,
    ],
    [rpc(7, 'denied'), 'E_CLOUD_PERMISSION', /batch\.jobsEditor/],
    [rpc(16, 'no'), 'E_CREDENTIALS_DENIED', /gcloud auth/],
    [rpc(3, 'Location us-central1 has no such service'), 'E_CLOUD_REGION', /gcloud batch locations list/],
    [rpc(5, 'gone'), 'E_CLOUD_NOT_FOUND', /slips/],
    [rpc(8, 'Quota exceeded for quota metric'), 'E_QUOTA', /Quotas/],
    [http(400, 'invalid_grant'), 'E_CREDENTIALS_EXPIRED', /application-default login/],
    [
      new Error('Could not load the default credentials.'),
      'E_CREDENTIALS_MISSING',
      /application-default login/,
    ],
    [
      http(403, { message: 'off', details: [{ reason: 'SERVICE_DISABLED' }] }),
      'E_CLOUD_API_DISABLED',
      /gcloud services enable batch\.googleapis\.com/,
    ],
    [new Error('connect ECONNREFUSED 127.0.0.1:1'), 'E_SITE_UNREACHABLE', /network/],
    [rpc(13, 'sorry'), 'E_CLOUD', /Try again/],
  ])('%s', (thrown, code, hint) => {
    const error = googleError(thrown, CALL);
    expect(error.code).toBe(code);
    expect(error.hint).toMatch(hint);
    expect(error.cause).toBe(thrown);
  });

  it('says that a region does not exist, and which are near it', () => {
    const thrown = rpc(3, 'Location us-centrall1 is not found');
    const error = googleError(thrown, { ...CALL, region: 'us-centrall1' });
    expect(error.code).toBe('E_CLOUD_REGION');
    expect(error.message).toBe('Google Cloud has no region us-centrall1; did you mean us-central1?');
    expect(error.hint).toMatch(/^Near it: us-central1, us-east1, /);
  });

  it('tries again what passes, later each time, and nothing else', async () => {
    const waits: number[] = [];
    const timer = { now: () => 0, sleep: async (ms: number) => void waits.push(ms) };
    let calls = 0;
    const answer = await patiently(
      async () => {
        if (++calls < 4) throw rpc(8, 'Too many requests');
        return 'done';
      },
      { timer, random: () => 1 },
    );
    expect(answer).toBe('done');
    expect(waits).toEqual([500, 1000, 2000]);
    await expect(patiently(async () => Promise.reject(rpc(7, 'no')), { timer })).rejects.toThrow('no');
    expect(waits).toHaveLength(3);
    expect(isPassing(rpc(14, 'busy'))).toBe(true);
    expect(isPassing(rpc(5, 'gone'))).toBe(false);
  });
});
