import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArrayFacts } from '../../../../main/providers/gcp/array-row.ts';
import { bucketFolder, type GcpOptions } from '../../../../main/providers/gcp/gcp-options.ts';
import { jobId, jobRequest, labelText } from '../../../../main/providers/gcp/job-request.ts';
import { messageProblems } from '../../../doubles/gcp/message-check.ts';

const OPTIONS: GcpOptions = {
  connection: null,
  region: null,
  zone: null,
  projectId: null,
  machineType: null,
  spot: true,
  network: null,
  subnetwork: null,
  privateOnly: false,
  serviceAccount: null,
  image: null,
  bootDiskGb: null,
  bucket: { bucket: 'lab', prefix: 'study' },
  mountPath: null,
  chunkTargetSeconds: null,
  pollSeconds: null,
};

const FACTS: ArrayFacts = {
  name: 'sd-1234abcd-00ff',
  tag: 'model',
  elements: 10,
  request: { cpus: 2, memoryBytes: 3 * 1024 ** 3 + 1, walltimeSeconds: 600 },
  elementWalltimeSeconds: 1200,
  container: { image: 'ghcr.io/lab/model:1', mounts: {} },
};

function request(options: Partial<GcpOptions> = {}, facts: Partial<ArrayFacts> = {}) {
  const places = { bucket: 'lab', mount: '/mnt/disks/lab', project: 'study/p', run: 'study/r' };
  const context = {
    options: { ...OPTIONS, ...options },
    places,
    region: 'europe-west4',
    runId: 'run-1',
    project: 'P',
  };
  return jobRequest({ ...FACTS, ...facts }, { number: 3, elements: 4, parallelism: 2 }, context);
}

describe('a slice of an array as a job of Batch', () => {
  it('is a message as the service has published it, whatever the target says', () => {
    const all = { machineType: 'n2-standard-4', zone: 'europe-west4-a', network: 'lab', subnetwork: 'nodes' };
    const more = { privateOnly: true, serviceAccount: 'runs@lab.iam.gserviceaccount.com', bootDiskGb: 50 };
    for (const job of [
      request(),
      request({ ...all, ...more, spot: false }),
      request({}, { container: null }),
    ]) {
      // As it travels: durations are text.
      const { taskGroups, ...rest } = JSON.parse(JSON.stringify(job));
      const [{ taskSpec, ...group }] = taskGroups;
      const { maxRunDuration, ...spec } = taskSpec;
      const sent = { ...spec, maxRunDuration: `${maxRunDuration.seconds}s` };
      expect(messageProblems('Job', { ...rest, taskGroups: [{ ...group, taskSpec: sent }] })).toEqual([]);
    }
  });

  it('asks for what the work needs, rounded up, and holds its container to it', () => {
    const task = request().taskGroups?.[0];
    expect(task).toMatchObject({ taskCount: 4, parallelism: 2 });
    expect(task?.taskSpec).toMatchObject({
      computeResource: { cpuMilli: 2000, memoryMib: 3073 },
      maxRetryCount: 0,
      maxRunDuration: { seconds: 1500 },
    });
    expect(task?.taskSpec?.runnables?.[0]?.container?.options).toContain(`--memory=${3 * 1024 ** 3 + 1} `);
  });

  it('runs the script on the machine itself where no image is named', () => {
    const runnable = request({}, { container: null }).taskGroups?.[0]?.taskSpec?.runnables?.[0];
    expect(runnable?.container).toBeUndefined();
    expect(runnable?.script?.text).toBe(
      "exec sh '/mnt/disks/lab/study/r/jobs/start/sd-1234abcd-00ff.sh' 'sd-1234abcd-00ff-3'",
    );
  });

  it('takes spare capacity in the region, or in one zone of it', () => {
    expect(request().allocationPolicy).toMatchObject({
      location: { allowedLocations: ['regions/europe-west4'] },
      instances: [{ policy: { provisioningModel: 'SPOT' } }],
    });
    const fixed = request({ zone: 'europe-west4-a', spot: false }).allocationPolicy;
    expect(fixed?.location?.allowedLocations).toEqual(['zones/europe-west4-a']);
    expect(fixed?.instances?.[0]?.policy?.provisioningModel).toBe('STANDARD');
  });

  it('has ids and labels that the service takes, whatever they are made of', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => {
        expect(labelText(text)).toMatch(/^([a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?)?$/);
      }),
    );
    expect(jobId('sd-1234abcd-00ff00ff00ff00ff', 12)).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    expect(jobId('sd-run_1.A-0f', 0)).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
  });
});

describe('the address of a bucket', () => {
  it('is read with its folder', () => {
    expect(bucketFolder('gs://lab-data/a/b/')).toEqual({ bucket: 'lab-data', prefix: 'a/b' });
    expect(bucketFolder('gs://lab-data')).toEqual({ bucket: 'lab-data', prefix: '' });
  });

  it.each(['s3://lab', 'gs://', 'gs://lab/../other', 'gs://UPPER/x', './here', 'gs://lab/a\nb'])(
    'is refused as %j',
    (text) => expect(bucketFolder(text)).toBeNull(),
  );
});
