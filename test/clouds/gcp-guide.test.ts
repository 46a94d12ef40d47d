import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKS_OF, type CheckName } from '../../main/connections/check.ts';
import type { GcpProfileInput } from '../../main/connections/gcp/gcp-profile.ts';
import { GCP_PERMISSIONS } from '../../main/connections/gcp/permissions.ts';
import { GcpAccount, NUMBER, PROJECT } from '../doubles/gcp/account.ts';
import { cli } from '../unit/cli/fake-io.ts';
import { type CloudRig, cloudRig } from './cloud-rig.ts';
import { runGreetings } from './greetings.ts';

const CLIMATE: GcpProfileInput = {
  kind: 'gcp',
  name: 'climate',
  project: PROJECT,
  region: 'europe-west4',
  storage: 'gs://lab-data/study',
};
/** As `gcloud auth application-default login` leaves it. */
const SIGNED_IN = JSON.stringify({
  type: 'authorized_user',
  client_id: 'gcloud',
  client_secret: 'public',
  refresh_token: 'refresh-of-ada',
  quota_project_id: PROJECT,
});
const CREDENTIALS = '.config/gcloud/application_default_credentials.json';

describe('the guide of Google Cloud, through Google’s own library on a double of Google Cloud', () => {
  let account: GcpAccount;
  let quotas: Record<string, number>;
  let rig: CloudRig;

  beforeEach(async () => {
    quotas = { CPUS: 240, PREEMPTIBLE_CPUS: 240 };
    account = await GcpAccount.start({ faults: { quotas } });
    rig = cloudRig({ SCALABLE_GCP_ENDPOINT: account.url });
    rig.write(CREDENTIALS, SIGNED_IN);
  });
  afterEach(async () => {
    rig.close();
    await account.close();
  });

  const guided = async (over: Partial<GcpProfileInput> = {}) => {
    await rig.add({ ...CLIMATE, ...over });
    return rig.guide('climate');
  };
  const failure = (check: CheckName, over: Partial<GcpProfileInput> = {}) =>
    rig.failure(check, { ...CLIMATE, ...over });

  it('tries every step, says what it found, and leaves nothing behind', async () => {
    const { ok, results, notTried } = await guided();
    expect([...results.values()].filter((result) => !result.ok)).toMatchObject([
      { name: 'image', required: false },
    ]);
    expect({ ok, notTried, steps: [...results.keys()] }).toEqual({
      ok: true,
      notTried: [],
      steps: CHECKS_OF.gcp,
    });
    expect(results.get('project')?.detail).toContain(`${PROJECT} (number ${NUMBER})`);
    expect(results.get('permissions')?.items).toHaveLength(GCP_PERMISSIONS.length);
    expect(results.get('service_account')?.detail).toContain(
      `${NUMBER}-compute@developer.gserviceaccount.com`,
    );
    expect(results.get('quota')?.detail).toContain('240 of 240 CPUS');
    expect(account.cloud.calls.get('storage.objects.create')).toBe(1);
    expect(account.cloud.calls.get('storage.objects.delete')).toBe(1);
  });

  it('takes project and region from gcloud where the connection names none', async () => {
    rig.write('.config/gcloud/active_config', 'lab');
    rig.write(
      '.config/gcloud/configurations/config_lab',
      `[core]\naccount = ada@lab.example\nproject = ${PROJECT}\n\n[compute]\nregion = us-central1\n`,
    );
    const { ok, results } = await guided({ project: null, region: null });
    expect(ok).toBe(true);
    expect(results.get('region')?.detail).toContain('us-central1');
  });

  it('acts as a service account, with the credentials of this computer', async () => {
    const { ok, results } = await guided({ impersonate: 'runs@climate-42.iam.gserviceaccount.com' });
    expect(ok).toBe(true);
    expect(results.get('credentials')?.detail).toContain('may act as runs@climate-42');
    expect(new Set(account.impersonated)).toEqual(new Set(['runs@climate-42.iam.gserviceaccount.com']));
  });

  it('says which role is missing to act as a service account', async () => {
    account.serviceAccounts.get('runs@climate-42.iam.gserviceaccount.com')?.permissions.clear();
    const found = await failure('credentials', { impersonate: 'runs@climate-42.iam.gserviceaccount.com' });
    expect(found).toMatchObject({ code: 'E_CREDENTIALS_DENIED' });
    expect(found.hint).toContain('roles/iam.serviceAccountTokenCreator');
  });

  it('says that a sign-in was revoked, or was never made', async () => {
    account.refreshTokens.clear();
    expect(await failure('credentials')).toMatchObject({
      code: 'E_CREDENTIALS_EXPIRED',
      hint: 'Sign in again with: gcloud auth application-default login',
    });
    rig.write(CREDENTIALS, '');
    rig.sites.disconnect('climate');
    rig.close();
    rig = cloudRig({ SCALABLE_GCP_ENDPOINT: account.url });
    expect(await failure('credentials')).toMatchObject({ code: 'E_CREDENTIALS_MISSING' });
  });

  it('names a missing permission and what it is for', async () => {
    account.denied.add('batch.jobs.create');
    const found = await failure('permissions');
    expect(found.code).toBe('E_CLOUD_PERMISSION');
    expect(found.detail).toBe(`You lack batch.jobs.create (to start work) in the project ${PROJECT}.`);
  });

  it('says how to enable an API', async () => {
    account.disabled.add('batch.googleapis.com');
    expect(await failure('api')).toMatchObject({
      code: 'E_CLOUD_API_DISABLED',
      hint: 'Enable it with: gcloud services enable batch.googleapis.com',
    });
  });

  it('knows slips in the name of a region, and regions that are down', async () => {
    const found = await failure('region', { region: 'europe-wset4' });
    expect(found).toMatchObject({ code: 'E_CLOUD_REGION' });
    expect(found.detail).toContain('did you mean europe-west4?');
    await rig.add({ ...CLIMATE, name: 'asia', region: 'asia-east1' });
    expect((await rig.guide('asia')).results.get('region')?.detail).toContain('asia-east1 is down');
  });

  it('says that there is no such project', async () => {
    expect(await failure('project', { project: 'climate-24' })).toMatchObject({ code: 'E_CLOUD_PROJECT' });
  });

  it('says when a project is about to be deleted', async () => {
    account.projectState = 'DELETE_REQUESTED';
    expect(await failure('project')).toMatchObject({ code: 'E_CLOUD_PROJECT' });
  });

  it.each([
    ['storage', { storage: 'gs://nobodys-data' }, 'E_CLOUD_STORAGE', 'no bucket nobodys-data'],
    [
      'service_account',
      { serviceAccount: 'gone@climate-42.iam.gserviceaccount.com' },
      'E_CLOUD_SERVICE_ACCOUNT',
      'no service account gone@',
    ],
  ] as const)('finds what is wrong with %s', async (check, over, code, words) => {
    const found = await failure(check, over);
    expect(found).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
    expect(found.detail).toContain(words);
  });

  it('looks for the image where Google keeps it, and says who must be let pull it', async () => {
    const path = `${PROJECT}/lab/model:2.0`;
    const image = `europe-west4-docker.pkg.dev/${path}`;
    account.images.set(path, 'may');
    const { ok, results } = await guided({ image });
    expect({ ok, detail: results.get('image')?.detail }).toEqual({
      ok: true,
      detail: `${image} can be pulled by you; machines pull it under their service account.`,
    });
    account.images.set(path, 'may not');
    const refused = (await rig.guide('climate')).results.get('image');
    expect(refused).toMatchObject({ ok: false, required: true, code: 'E_CLOUD_IMAGE' });
    expect(refused?.detail).toContain('artifactregistry.repositories.downloadArtifacts');
    expect(refused?.hint).toContain(
      `gcloud artifacts repositories add-iam-policy-binding lab --project=${PROJECT} --location=europe-west4`,
    );
    expect(refused?.hint).toContain('roles/artifactregistry.reader');
    account.images.clear();
    expect((await rig.guide('climate')).results.get('image')?.detail).toBe(`There is no image ${image}.`);
    const where = { cwd: rig.home, env: { SCALABLE_CONFIG_DIR: join(rig.home, 'config') } };
    expect((await cli(where, 'connections', 'test', 'climate')).code).toBe(3);
  });

  it('looks whether tasks may run under the service account', async () => {
    const usual = account.serviceAccounts.get(`${NUMBER}-compute@developer.gserviceaccount.com`)!;
    usual.permissions.clear();
    const found = await failure('service_account');
    expect(found).toMatchObject({ code: 'E_CLOUD_PERMISSION' });
    expect(found.hint).toContain('roles/iam.serviceAccountUser');
    usual.disabled = true;
    expect((await rig.guide('climate')).results.get('service_account')?.detail).toContain('is disabled');
  });

  it('refuses a quota of zero', async () => {
    quotas.CPUS = 0;
    expect(await failure('quota')).toMatchObject({
      code: 'E_QUOTA',
      detail: expect.stringContaining('CPUS of europe-west4 is 0'),
    });
  });

  it('goes on without the permissions that only the guide wants', async () => {
    account.denied.add('compute.regions.get').add('iam.serviceAccounts.get');
    const { ok, results } = await guided();
    expect(ok).toBe(true);
    expect(results.get('quota')?.detail).toContain('needs compute.regions.get');
  });

  it.each([
    ['/v1/projects/climate-42', { json: { projectId: 7 } }],
    ['/v1/projects/climate-42', { json: [] }],
    ['/v1/projects/climate-42', { bytes: Buffer.from('<html>\u0000') }],
  ])('does not believe strange answers of %s', async (path, answer) => {
    account.over.set(path, answer);
    expect(await failure('project')).toMatchObject({ code: 'E_CLOUD_ANSWER' });
  });

  it('ends a failed test with exit code 3, and prints what to grant', async () => {
    await rig.add(CLIMATE);
    account.denied.add('batch.jobs.create');
    const call = (...args: string[]) =>
      cli({ cwd: rig.home, env: { SCALABLE_CONFIG_DIR: join(rig.home, 'config') } }, 'connections', ...args);
    const tested = await call('test', 'climate');
    expect(tested.code).toBe(3);
    expect(tested.stdout).toContain('FAIL Have the permissions: You lack batch.jobs.create (to start work)');
    expect(tested.stdout).toContain('--role=roles/batch.jobsEditor');
    expect((await call('login', 'climate')).code).toBe(3);
  });

  it.each([null, 'runs@climate-42.iam.gserviceaccount.com'])(
    'runs a manifest in the name of the connection, acting as %s',
    async (impersonate) => {
      await rig.add({ ...CLIMATE, storage: 'gs://lab-data', impersonate });
      const target = `provider: gcp, connection: climate, project_id: ${PROJECT}, mount_path: ${account.cloud.mountPath}`;
      await runGreetings(rig, target, 'gs://lab-data');
      expect(account.cloud.calls.get('batch.jobs.create')).toBe(1);
      expect(account.impersonated.length > 0).toBe(impersonate !== null);
    },
  );
});
