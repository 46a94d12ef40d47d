import { afterEach, describe, expect, it } from 'vitest';
import { GcpDouble, type GcpDoubleOptions } from '../doubles/gcp/gcp-double.ts';
import { type Project, project } from '../integration/session-projects.ts';
import { type CloudRig, cloudRig, runHere } from './cloud-rig.ts';
import { envOf } from './gcp-cli.ts';
import { manifest } from './gcp-rig.ts';

const IMAGE = 'example/none:1';

let double: GcpDouble;
let study: Project;
let rig: CloudRig;
afterEach(async () => {
  rig.close();
  study[Symbol.dispose]();
  await double.close();
});

async function run(options: GcpDoubleOptions, change: (text: string) => string = (text) => text) {
  double = await GcpDouble.start(options);
  study = project(change(manifest(double, 'simulate: { component: model, command: "true" }')));
  rig = cloudRig(envOf(double));
  return runHere(rig, study.folder);
}

/** Google Cloud itself cannot be had here: `GcpDouble` is a double of it. */
describe('what Google Cloud refuses (a double of it) is said in a sentence with what to do, and the command ends with 3', () => {
  it('another region than there is', async () => {
    const { code, said } = await run({}, (text) => text.replace('us-central1', 'us-nowhere9'));
    expect(said).toContain('Google Cloud has no region us-nowhere9');
    expect(said).toMatch(/Near it: us-central1, .*Change region: in the target/);
    expect(code).toBe(3);
  });

  it('a sign-in that has expired', async () => {
    const { code, said } = await run({ faults: { expired: true } });
    expect(said).toMatch(/has expired or was revoked/);
    expect(said).toContain('gcloud auth application-default login');
    expect(code).toBe(3);
  });

  it.each([
    ['batch.jobs.list', 'roles/batch.jobsViewer'],
    ['batch.jobs.create', 'roles/batch.jobsEditor'],
    ['storage.objects.create', 'roles/storage.objectUser'],
    ['storage.objects.list', 'roles/storage.objectUser'],
  ])('the permission %s, with the role that has it', async (permission, role) => {
    const { code, said } = await run({ faults: { denied: [permission] } });
    expect(said).toContain(`You lack the permission ${permission} to `);
    expect(said).toContain(`Ask an owner of the project for the role `);
    expect(said).toContain(`(${role})`);
    expect(code).toBe(3);
  });

  it('a quota of zero', async () => {
    const { code, said } = await run({ faults: { quotas: { CPUS: 0 } } });
    expect(said).toMatch(/The quota CPUS of .* is 0/);
    expect(said).toMatch(/IAM & Admin › Quotas/);
    expect(code).toBe(3);
  });

  it('a manifest without a bucket', async () => {
    const { code, said } = await run({}, (text) => text.replace('gs://lab-data/study', './here'));
    expect(said).toContain('default_storage: gs://');
    expect(code).toBe(3);
  });

  it('a bucket that is not there', async () => {
    const { code, said } = await run({}, (text) => text.replace('gs://lab-data', 'gs://nobodys-data'));
    expect(said).toContain('the bucket nobodys-data');
    expect(said).toContain('gcloud storage buckets create');
    expect(code).toBe(3);
  });

  it('an image that cannot be pulled, in the words of the machine that found it out', async () => {
    const { code, said } = await run({ faults: { noImages: [IMAGE] } }, (text) =>
      text.replace('{ cpus: 1,', `{ image: "${IMAGE}", cpus: 1,`),
    );
    expect(said).toContain(`pull access denied for ${IMAGE}`);
    expect(said).toContain('roles/artifactregistry.reader');
    expect(code).toBe(3);
    expect(double.batch.jobs.size).toBe(1);
  });

  it('a job that fails before any of its tasks has run', async () => {
    const jobFailure = "Permission 'iam.serviceAccounts.actAs' denied on the service account";
    const { code, said } = await run({ faults: { jobFailure } });
    expect(said).toContain('iam.serviceAccounts.actAs');
    expect(said).toContain('roles/iam.serviceAccountUser');
    expect(code).toBe(3);
  });
});
