import { readFile } from 'node:fs/promises';
import type { DeploymentSpec } from '../../manifest/spec.ts';
import { AppError } from '../../platform/errors.ts';
import { resourcePath } from '../../platform/resources.ts';
import { describeMemory } from '../../platform/units.ts';
import type { ArraySubmission } from '../batch/batch-engine.ts';
import { copyName } from '../batch/copy-name.ts';
import { openBatchCluster } from '../batch/open-batch-cluster.ts';
import { paceOf } from '../batch/poll-interval.ts';
import { realTimer } from '../batch/timer.ts';
import type { AwsAccess } from '../clouds.ts';
import { withPastBills } from '../prices/past-bills.ts';
import type { PriceTables } from '../prices/price-table.ts';
import type { ClusterHandle, ProviderContext } from '../provider.ts';
import type { RunFiles } from '../run-files.ts';
import { ArrayFiles } from './array-file.ts';
import { awsClients } from './aws-clients.ts';
import { AwsEngine } from './aws-engine.ts';
import { type AwsOptions, readAwsOptions } from './aws-options.ts';
import { AwsPastBills } from './aws-past-bills.ts';
import { awsPrice } from './aws-price.ts';
import { Bucket } from './bucket.ts';
import { bucketFiles } from './bucket-files.ts';
import { EcsTasks } from './ecs-tasks.ts';
import { readyAccount, readyBucket, roleArn } from './ready-account.ts';
import { mustBeAwsRegion } from './regions.ts';
import { projectPointer, RUN_TAG, type RunPlace, runPlace } from './run-place.ts';
import { bucketAddress, type TaskShape } from './task-definition.ts';
import { LARGEST_TASK, taskSize, wants } from './task-size.ts';

/** A task takes about a minute to begin, which is paid: work is packed to be worth it. */
const CHUNK_TARGET_SECONDS = 600;
/** Room for tasks is looked for that much less often than tasks are asked about. */
const ROOM_POLLS = 3;

export async function openFiles(spec: DeploymentSpec, context: ProviderContext): Promise<RunFiles> {
  const { options } = readAwsOptions(spec);
  const access = await accessOf(options, context);
  const clients = awsClients(access);
  const place = await placeOf(spec, options, context);
  const bucket = new Bucket(clients.s3, place.bucket);
  return bucketFiles(bucket, place, () =>
    readyBucket(clients, bucket, { region: access.region, run: place.run }),
  );
}

/**
 * A cluster of ECS, after it was tried that account, network, roles and bucket can be used.
 * @throws AppError of the credentials; `E_CREDENTIALS_…`, `E_CLOUD_…`, `E_QUOTA`
 */
export async function openCluster(
  spec: DeploymentSpec,
  context: ProviderContext,
  prices: PriceTables | undefined,
): Promise<ClusterHandle> {
  const { options } = readAwsOptions(spec);
  const access = await accessOf(options, context);
  const { region, endpointUrl } = access;
  const place = await placeOf(spec, options, context);
  const clients = awsClients(access);
  const bucket = new Bucket(clients.s3, place.bucket);
  const tags = { 'scalable:project': tagText(spec.project.name), [RUN_TAG]: context.runId };
  const account = await readyAccount(clients, options, bucket, { region, run: place.run, tags });
  const pointer = JSON.parse((await bucket.text(projectPointer(place))) ?? 'null') as {
    key: string;
  } | null;
  if (pointer === null) throw notStaged(context.runId);
  const tasks = new EcsTasks(clients.ecs, options, account.network);
  const setting = {
    options,
    region,
    executionRoleArn: roleArn(options.executionRole, account),
    taskRoleArn: roleArn(options.taskRole, account),
    courierScript: await readFile(resourcePath('aws', 'courier.sh'), 'utf8'),
    bucketUrl: bucketAddress(place.bucket, region, endpointUrl),
  };
  await describeComponents(spec, options, (shape) => tasks.definition(shape, setting));
  const pace = paceOf(options.pollSeconds);
  const engine = new AwsEngine({
    runId: context.runId,
    place,
    bucket,
    tasks,
    setting,
    shapeOf: (submission) => {
      const price = awsPrice(prices?.aws, options, region, submission.request);
      return {
        ...shapeOf(submission, options),
        usdPerHour: price?.usdPerHour ?? null,
        leastSeconds: price?.leastSeconds ?? 0,
      };
    },
    projectKey: pointer.key,
    tags,
    roomMs: ROOM_POLLS * pace.fastMs,
    clock: context.clock,
    logger: context.logger,
    release: clients.close,
  });
  const earlier = await new ArrayFiles(bucket, place).names();
  const followed = await openBatchCluster(
    {
      engine,
      site: access.label,
      maxWorkers: spec.target.maxWorkers ?? spec.target.adaptive?.maximum ?? null,
      maxMemoryBytes: options.clusterType === 'fargate' ? LARGEST_TASK.memoryBytes : null,
      maxElementSeconds: null,
      chunkTargetSeconds: options.chunkTargetSeconds ?? CHUNK_TARGET_SECONDS,
      pace,
    },
    context,
  );
  const cluster = Object.assign(followed, { keptHere: () => engine.keptHere() });
  if (earlier.length === 0) return cluster;
  const told = ((await context.billed?.()) ?? []).map(({ workerId }) => workerId);
  const past = pastBills(access, options, place);
  return withPastBills(cluster, past, { told, timer: realTimer(context.clock), logger: context.logger });
}

/** What was sold to a run, told by clients of their own, which outlive its cluster. */
export function pastBills(access: AwsAccess, options: AwsOptions, place: RunPlace): AwsPastBills {
  const { ecs, s3, close } = awsClients(access);
  return new AwsPastBills({
    bucket: new Bucket(s3, place.bucket),
    place,
    tasks: new EcsTasks(ecs, options, null),
    close,
  });
}

function shapeOf(
  { tag, request, container }: Pick<ArraySubmission, 'tag' | 'request' | 'container'>,
  options: AwsOptions,
): TaskShape {
  const size = taskSize(options.clusterType, request);
  const image = container?.image ?? options.image;
  if (size !== null && image !== null) return { component: tag, image, size };
  throw new AppError({
    code: size === null ? 'E_REQUEST_TOO_LARGE' : 'E_NO_IMAGE',
    message:
      size === null
        ? `No Fargate task holds ${wants(request)}: the largest has ${LARGEST_TASK.cpus} CPUs with ${describeMemory(LARGEST_TASK.memoryBytes)}.`
        : `The component ${tag} names no container image, and neither does the target.`,
    hint:
      size === null
        ? 'Ask for less, or use cluster_type: ec2.'
        : 'Write image: into the component or the target.',
  });
}

/** Before any work is begun: whether the roles may be passed on, and every component has an image and a size. */
async function describeComponents(
  spec: DeploymentSpec,
  options: AwsOptions,
  describe: (shape: TaskShape) => Promise<string>,
): Promise<void> {
  for (const tag of new Set(Object.values(spec.tasks).map(({ component }) => component))) {
    const component = spec.components[tag];
    if (!component) continue;
    const { cpus, memoryBytes, image } = component;
    const request = { cpus, memoryBytes, walltimeSeconds: null };
    await describe(
      shapeOf({ tag, request, container: image === null ? null : { image, mounts: {} } }, options),
    );
  }
}

async function accessOf({ connection, region }: AwsOptions, { sites }: ProviderContext): Promise<AwsAccess> {
  const access = await sites?.aws?.(connection, region === null ? {} : { region });
  if (access) {
    if (access.endpointUrl === null) await mustBeAwsRegion(access.region);
    return access;
  }
  throw new AppError({
    code: 'E_NO_SITES',
    message: 'An AWS target cannot be reached from here: there are no connections.',
    hint: 'Start it from the app or with the scalable command.',
  });
}

async function placeOf(spec: DeploymentSpec, { bucket }: AwsOptions, { paths, runId }: ProviderContext) {
  if (bucket !== null) return runPlace(bucket, runId, await copyName(paths, spec.projectFolder));
  throw new AppError({
    code: 'E_CLOUD_STORAGE',
    message: `The target ${spec.target.name} needs a bucket for the files of its runs, and default_storage names none.`,
    hint: 'Write it into the manifest: project: { default_storage: s3://BUCKET/FOLDER }.',
  });
}

function notStaged(runId: string): AppError {
  return new AppError({
    code: 'E_SITE_FILE',
    message: `The project of the run ${runId} has not been brought to its bucket.`,
    hint: 'Start the run with the scalable command or the app.',
  });
}

/** What AWS takes as the value of a tag. */
function tagText(text: string): string {
  return text.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, '_').slice(0, 256);
}
