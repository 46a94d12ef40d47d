import { readFile } from 'node:fs/promises';
import type { DeploymentSpec, Problem } from '../../manifest/spec.ts';
import { AppError } from '../../platform/errors.ts';
import { resourcePath } from '../../platform/resources.ts';
import { describeMemory, MIB } from '../../platform/units.ts';
import type { ArraySubmission } from '../batch/batch-engine.ts';
import { copyName } from '../batch/copy-name.ts';
import { openBatchCluster } from '../batch/open-batch-cluster.ts';
import { paceOf } from '../batch/poll-interval.ts';
import type { AwsAccess } from '../clouds.ts';
import { estimateCost } from '../prices/cost-estimate.ts';
import type { PriceTables } from '../prices/price-table.ts';
import type { DeploymentProvider, ProviderContext, ResourceRequest } from '../provider.ts';
import { awsClients } from './aws-clients.ts';
import { AwsEngine } from './aws-engine.ts';
import { type AwsOptions, readAwsOptions } from './aws-options.ts';
import { awsPrice } from './aws-price.ts';
import { Bucket } from './bucket.ts';
import { bucketFiles } from './bucket-files.ts';
import { EcsTasks } from './ecs-tasks.ts';
import { LARGEST_FARGATE } from './fargate-sizes.ts';
import { readyAccount, readyBucket, roleArn } from './ready-account.ts';
import { projectPointer, runPlace, workLayout } from './run-place.ts';
import { bucketAddress, type TaskShape } from './task-definition.ts';
import { taskSize } from './task-size.ts';

/** A task takes about a minute to begin, which is paid: work is packed to be worth it. */
const CHUNK_TARGET_SECONDS = 600;
const LARGEST_BYTES = LARGEST_FARGATE.memoryMiB * MIB;
const LARGEST_CPUS = LARGEST_FARGATE.cpu / 1024;

/** Runs work as tasks of ECS, files in S3. Without prices nothing has a cost. */
export function awsProvider(prices?: PriceTables): DeploymentProvider {
  return {
    name: 'aws',

    validate(spec) {
      const { options, problems } = readAwsOptions(spec);
      const errors = [...problems, ...tooLarge(spec, options)];
      return { ok: errors.length === 0, errors, warnings: [] };
    },

    capacity(spec) {
      const { options } = readAwsOptions(spec);
      if (options.clusterType === 'ec2') return null;
      const maxWorkers = spec.target.maxWorkers ?? spec.target.adaptive?.maximum ?? null;
      return { cpus: LARGEST_CPUS, memoryBytes: LARGEST_BYTES, maxWorkers };
    },

    layout: async (_spec, { runId }) => workLayout(runId),

    async files(spec, context) {
      const { options } = readAwsOptions(spec);
      const access = await accessOf(options, context);
      const clients = awsClients(access);
      const place = await placeOf(spec, options, context);
      const bucket = new Bucket(clients.s3, place.bucket);
      return bucketFiles(bucket, place, () =>
        readyBucket(clients, bucket, { region: access.region, run: place.run }),
      );
    },

    async buildCluster(spec, context) {
      const { options } = readAwsOptions(spec);
      const access = await accessOf(options, context);
      const { region, endpointUrl } = access;
      const place = await placeOf(spec, options, context);
      const clients = awsClients(access);
      const bucket = new Bucket(clients.s3, place.bucket);
      const tags = { 'scalable:project': tagText(spec.project.name), 'scalable:run': context.runId };
      const account = await readyAccount(clients, options, bucket, { region, run: place.run, tags });
      const pointer = JSON.parse((await bucket.text(projectPointer(place))) ?? 'null') as {
        key: string;
      } | null;
      if (pointer === null) throw notStaged(context.runId);
      const tables = prices ?? (await context.sites?.prices?.());
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
      const engine = new AwsEngine({
        runId: context.runId,
        place,
        bucket,
        tasks,
        setting,
        shapeOf: (submission) => ({
          ...shapeOf(submission, options),
          usdPerHour: awsPrice(tables?.aws, options, region, submission.request)?.usdPerHour ?? null,
        }),
        projectKey: pointer.key,
        tags,
        clock: context.clock,
        logger: context.logger,
        release: clients.close,
      });
      return openBatchCluster(
        {
          engine,
          site: access.label,
          maxWorkers: spec.target.maxWorkers ?? spec.target.adaptive?.maximum ?? null,
          maxMemoryBytes: options.clusterType === 'fargate' ? LARGEST_BYTES : null,
          maxElementSeconds: null,
          chunkTargetSeconds: options.chunkTargetSeconds ?? CHUNK_TARGET_SECONDS,
          pace: paceOf((await context.sites?.pollSeconds?.(options.connection)) ?? null),
        },
        context,
      );
    },

    workerPrice(spec, request) {
      const { options } = readAwsOptions(spec);
      return awsPrice(prices?.aws, options, options.region, request);
    },

    estimateCost(spec, _plan, time) {
      const { options } = readAwsOptions(spec);
      const price = (request: ResourceRequest, spot: boolean) =>
        awsPrice(prices?.aws, { ...options, spot }, options.region, request);
      return estimateCost(time, price, options.spot);
    },
  };
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
        ? `No Fargate task holds ${wants(request)}: the largest has ${LARGEST_CPUS} CPUs with ${describeMemory(LARGEST_BYTES)}.`
        : `The component ${tag} names no container image, and neither does the target.`,
    hint:
      size === null
        ? 'Ask for less, or use cluster_type: ec2.'
        : 'Write image: into the component or the target.',
  });
}

async function accessOf({ connection, region }: AwsOptions, { sites }: ProviderContext): Promise<AwsAccess> {
  const access = await sites?.aws?.(connection, region === null ? {} : { region });
  if (access) return access;
  throw new AppError({
    code: 'E_NO_SITES',
    message: 'An AWS target cannot be reached from here: there are no connections.',
    hint: 'Start it from the app or with the scalable command.',
  });
}

async function placeOf(spec: DeploymentSpec, { bucket }: AwsOptions, { paths, runId }: ProviderContext) {
  if (bucket !== null) return runPlace(bucket, runId, await copyName(paths, spec.projectFolder));
  throw new AppError({
    code: 'E_SITE_BUCKET',
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

function tooLarge(spec: DeploymentSpec, { clusterType }: AwsOptions): Problem[] {
  return Object.values(spec.components).flatMap((component) =>
    taskSize(clusterType, component) === null
      ? [
          problem(
            'E_REQUEST_TOO_LARGE',
            `components.${component.name}`,
            `${component.name} asks for ${wants(component)}, which no Fargate task has`,
            `The largest has ${LARGEST_CPUS} CPUs with ${describeMemory(LARGEST_BYTES)}. Ask for less, or use cluster_type: ec2.`,
          ),
        ]
      : [],
  );
}

function wants({ cpus, memoryBytes }: Pick<ResourceRequest, 'cpus' | 'memoryBytes'>): string {
  return `${cpus} CPUs${memoryBytes === null ? '' : ` with ${describeMemory(memoryBytes)}`}`;
}

/** What AWS takes as the value of a tag. */
function tagText(text: string): string {
  return text.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, '_').slice(0, 256);
}

function problem(code: string, path: string, message: string, hint: string): Problem {
  return { code, path, line: null, column: null, endLine: null, endColumn: null, message, hint };
}
