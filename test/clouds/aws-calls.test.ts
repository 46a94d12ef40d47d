import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { awsClients } from '../../main/providers/aws/aws-clients.ts';
import { AwsEngine } from '../../main/providers/aws/aws-engine.ts';
import { readAwsOptions } from '../../main/providers/aws/aws-options.ts';
import { Bucket } from '../../main/providers/aws/bucket.ts';
import { EcsTasks } from '../../main/providers/aws/ecs-tasks.ts';
import { runPlace, workLayout } from '../../main/providers/aws/run-place.ts';
import type { TaskInstance } from '../../main/providers/provider.ts';
import { AwsCloud } from '../doubles/aws/aws-cloud.ts';
import { BUCKET, manifest, project, specOf } from './aws-rig.ts';

let cloud: AwsCloud | null = null;
afterEach(async () => cloud?.close());

const TASKS = 1000;

/** AWS is a double here, whose tasks only pretend to work: what counts is how often it is asked. */
it('starts 1,000 tasks with 100 calls, and asks after them with 10 for each look', async () => {
  cloud = await new AwsCloud({ withoutProcesses: true }).open();
  cloud.makeBucket(BUCKET);
  cloud.ecs.clusters.set('scalable', { providers: ['FARGATE'], status: 'ACTIVE' });
  const clients = awsClients(cloud.access());
  const { options } = readAwsOptions(
    await specOf(project(manifest('t: { component: model, command: "true" }\n'))),
  );
  const place = runPlace({ name: BUCKET, prefix: '' }, 'run-1', 'study');
  const network = { subnets: ['subnet-0a1b2c3d'], securityGroups: [], publicIp: true };
  const engine = new AwsEngine({
    runId: 'run-1',
    place,
    bucket: new Bucket(clients.s3, BUCKET),
    tasks: new EcsTasks(clients.ecs, options, network),
    setting: {
      options,
      region: cloud.region,
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      taskRoleArn: 'arn:aws:iam::123456789012:role/task',
      courierScript: ':',
      bucketUrl: `${cloud.server.url}/${BUCKET}`,
    },
    shapeOf: () => ({
      component: 'model',
      image: 'lab/model:1',
      size: { cpu: 256, memoryMiB: 512 },
      usdPerHour: 0.01,
      leastSeconds: 60,
    }),
    projectKey: 'projects/study/0.tar.gz',
    tags: {},
    roomMs: 1000,
    clock: systemClock,
    logger: silentLogger,
    release: clients.close,
  });
  const request = { cpus: 1, memoryBytes: 2 ** 28, walltimeSeconds: null };
  const { projectFolder } = workLayout('run-1');
  const elements = Array.from({ length: TASKS }, (_, i): TaskInstance[] => [
    {
      id: `t.${i}`,
      task: 't',
      tag: 'model',
      attempt: 1,
      params: {},
      work: { kind: 'argv', argv: ['true'] },
      request,
      env: {},
      container: null,
      folder: projectFolder,
      createFolders: [],
      predictedSeconds: null,
    },
  ]);
  const name = `sd-${randomBytes(6).toString('hex')}`;
  const submission = { name, tag: 'model', request, elementWalltimeSeconds: null, container: null, elements };
  const id = await engine.submitArray({ ...submission, parallelism: TASKS, after: [] });
  expect(cloud.ecs.tasks.size).toBe(TASKS);
  expect(cloud.count('ecs:RunTask')).toBe(TASKS / 10);

  const finished = new Set<string>();
  let billed = 0;
  let polls = 0;
  for (let left = TASKS; left > 0 && polls < 100; polls++) {
    const { records, elements: statuses } = await engine.poll([id]);
    for (const record of records) if (record.type === 'finished') finished.add(record.instanceId);
    left = statuses.filter(({ state }) => state !== 'ended').length;
    billed = statuses.filter(({ end }) => end?.billed?.seconds === 60).length;
  }
  expect(finished.size).toBe(TASKS);
  expect(billed).toBe(TASKS);
  expect(cloud.count('ecs:DescribeTasks')).toBeLessThanOrEqual((polls * TASKS) / 100);
  await engine.close();
});
