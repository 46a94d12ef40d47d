import { afterEach, describe, expect, it } from 'vitest';
import { GcpDouble, type GcpDoubleOptions } from '../doubles/gcp/gcp-double.ts';
import { type Project, project } from '../integration/session-projects.ts';
import { scalable } from './gcp-cli.ts';
import { manifest } from './gcp-rig.ts';

const TASKS = 'simulate: { component: model, command: "true" }';

let double: GcpDouble | null = null;
let study: Project | null = null;
afterEach(async () => {
  await double?.close();
  study?.[Symbol.dispose]();
});

async function run(options: GcpDoubleOptions, change: (text: string) => string = (text) => text) {
  double = await GcpDouble.start(options);
  study = project(change(manifest(double, TASKS)));
  const argv = ['run', '--target', 'cloud', '--quiet', '--sizing', 'manifest'];
  return scalable(double, study.folder, ...argv).ended;
}

/** Google Cloud itself cannot be had here: `GcpDouble` is a double of it. */
describe('what Google Cloud refuses (a double of it) is said in a sentence with what to do, and the command ends with 3', () => {
  it('another region than there is', async () => {
    const { code, err } = await run({}, (text) => text.replace('us-central1', 'us-nowhere9'));
    expect(err).toContain('Google Cloud has no region us-nowhere9');
    expect(err).toMatch(/Near it: us-central1, .*Change region: in the target/);
    expect(code).toBe(3);
  });

  it('a sign-in that has expired', async () => {
    const { code, err } = await run({ faults: { expired: true } });
    expect(err).toMatch(/has expired or was revoked/);
    expect(err).toContain('gcloud auth application-default login');
    expect(code).toBe(3);
  });

  it.each(['batch.jobs.list', 'batch.jobs.create', 'storage.objects.create'])(
    'the permission %s',
    async (permission) => {
      const { code, out, err } = await run({ faults: { denied: [permission] } });
      expect(out + err).toMatch(new RegExp(`lack the permission ${permission}`));
      expect(out + err).toMatch(/roles\//);
      expect(code).toBe(3);
    },
  );

  it('a quota of zero', async () => {
    const { code, err } = await run({ faults: { quotas: { CPUS: 0 } } });
    expect(err).toMatch(/The quota CPUS of .* is 0/);
    expect(err).toMatch(/IAM & Admin › Quotas/);
    expect(code).toBe(3);
  });

  it('an image that cannot be pulled, which only a machine finds out', async () => {
    const image = 'example/none:1';
    const { code, out } = await run({ faults: { noImages: [image] } }, (text) =>
      text.replace('{ cpus: 1,', `{ image: "${image}", cpus: 1,`),
    );
    expect(out).toMatch(/pull access denied for example\/none:1/);
    expect(out).toMatch(/roles\/artifactregistry\.reader/);
    expect(code).toBe(3);
    expect(double?.batch.jobs.size).toBe(1);
  });
});
