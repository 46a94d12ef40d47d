import { afterEach, describe, expect, it } from 'vitest';
import { exitCodeFor } from '../../main/cli/exit-codes.ts';
import { AppError } from '../../main/platform/errors.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';
import { GcpDouble, type GcpDoubleOptions } from '../doubles/gcp/gcp-double.ts';
import { type Project, project } from '../integration/session-projects.ts';
import { begin, manifest, run } from './gcp-rig.ts';

const TASKS = 'simulate: { component: model, command: "true" }';

let double: GcpDouble | null = null;
let study: Project | null = null;
afterEach(async () => {
  await double?.close();
  study?.[Symbol.dispose]();
});

/** How the start of a run is refused. */
async function refusal(options: GcpDoubleOptions, change: (text: string) => string = (text) => text) {
  double = await GcpDouble.start(options);
  study = project(change(manifest(double, TASKS)));
  const workspace = await openWorkspace(study.folder, { access: 'write' });
  try {
    const handle = await begin(study, workspace, double);
    await handle.finished;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...error.data, exit: exitCodeFor(error) };
  } finally {
    await workspace.close();
  }
  throw new Error('The run was not refused');
}

describe('what Google Cloud refuses (a double of it), before anything has begun', () => {
  it('names a region in which Batch does not run', async () => {
    const said = await refusal({}, (text) => text.replace('us-central1', 'us-nowhere9'));
    expect(said).toMatchObject({ code: 'E_CLOUD_REGION', exit: 3 });
    expect(said.message).toContain('us-nowhere9');
  });

  it('says how to sign in again when the credentials have expired', async () => {
    const said = await refusal({ faults: { expired: true } });
    expect(said).toMatchObject({ code: 'E_CREDENTIALS_EXPIRED', exit: 3 });
    expect(said.hint).toContain('gcloud auth application-default login');
  });

  it.each([
    ['batch.jobs.list', /roles\/batch\.jobs/],
    ['storage.objects.create', /roles\/storage\.objectUser/],
    ['storage.objects.list', /roles\/storage\.objectUser/],
  ])('names the permission %s and the role that has it', async (permission, role) => {
    const said = await refusal({ faults: { denied: [permission] } });
    expect(said).toMatchObject({ code: 'E_CLOUD_PERMISSION', exit: 3 });
    expect(said.message).toContain(permission);
    expect(said.hint).toMatch(role);
  });

  it('says which quota is zero and where to ask for more', async () => {
    const said = await refusal({ faults: { quotas: { CPUS: 0 } } });
    expect(said).toMatchObject({ code: 'E_QUOTA', exit: 3 });
    expect(said.message).toContain('CPUS');
    expect(said.hint).toContain('Quotas');
  });

  it('asks for a bucket where the manifest names none', async () => {
    const said = await refusal({}, (text) => text.replace('gs://lab-data/study', './here'));
    expect(said).toMatchObject({ code: 'E_CLOUD_STORAGE', exit: 3 });
    expect(said.hint).toContain('default_storage: gs://');
  });

  it('says that a bucket does not exist', async () => {
    const said = await refusal({}, (text) => text.replace('gs://lab-data', 'gs://nobodys-data'));
    expect(said.message).toContain('nobodys-data');
    expect(said.exit).toBe(3);
  });
});

describe('what only machines find out (of a double of Google Cloud)', () => {
  async function failure(options: GcpDoubleOptions, change: (text: string) => string = (text) => text) {
    double = await GcpDouble.start(options);
    study = project(change(manifest(double, TASKS)));
    return (await run(study, double)).report.failures[0];
  }

  it('tells that an image cannot be pulled, in the words of the machine', { timeout: 60_000 }, async () => {
    const image = 'example/none:1';
    const found = await failure({ faults: { noImages: [image] } }, (text) =>
      text.replace('{ cpus: 1,', `{ image: "${image}", cpus: 1,`),
    );
    expect(found?.outcome).toBe('launch_failure');
    expect(found?.message).toMatch(/pull access denied for example\/none:1/);
    expect(found?.message).toMatch(/roles\/artifactregistry\.reader/);
  });

  it('tells of what a job failed before any of its tasks ran', { timeout: 60_000 }, async () => {
    const jobFailure = "Permission 'iam.serviceAccounts.actAs' denied on the service account";
    const found = await failure({ faults: { jobFailure } });
    expect(found?.outcome).toBe('launch_failure');
    expect(found?.message).toContain('iam.serviceAccounts.actAs');
  });

  it('tells the missing permission when jobs may be seen but not created', { timeout: 60_000 }, async () => {
    const found = await failure({ faults: { denied: ['batch.jobs.create'] } });
    expect(found?.outcome).toBe('launch_failure');
    expect(found?.message).toMatch(/batch\.jobs\.create.*roles\/batch\.jobsEditor/);
  });
});
