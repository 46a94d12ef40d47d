import { createHash } from 'node:crypto';
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { canonicalJson } from '../../platform/canonical-json.ts';
import type { AwsOptions } from './aws-options.ts';
import type { FargateSize } from './fargate-sizes.ts';
import { VOLUME } from './run-place.ts';
import { WORK_COMMAND } from './work-command.ts';

/** Names of the two containers of every task. */
export const WORK = 'work';
export const COURIER = 'courier';
/** Every family of task definitions that the app makes begins so. */
export const FAMILY_PREFIX = 'scalable-';
export const LOG_GROUP = '/scalable';
/** The longest that Fargate waits between the signal to end and the end. */
const STOP_SECONDS = 120;
const VOLUME_NAME = 'shared';

export interface TaskShape {
  readonly component: string;
  readonly image: string;
  readonly size: FargateSize;
}

export interface TaskSetting {
  readonly options: AwsOptions;
  readonly region: string;
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
  readonly courierScript: string;
  /** Address of the bucket, from inside a task. */
  readonly bucketUrl: string;
}

/**
 * The definition of tasks of one component and size. Nothing of a run is in it, so that all runs share it: its family is named by
 * its content.
 */
export function taskDefinition(
  { component, image, size }: TaskShape,
  setting: TaskSetting,
): RegisterTaskDefinitionCommandInput & { readonly family: string } {
  const { options, region, executionRoleArn, taskRoleArn, courierScript, bucketUrl } = setting;
  const isFargate = options.clusterType === 'fargate';
  const environment = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => ({ name, value }));
  const container = (name: string, more: Partial<ContainerDefinition>): ContainerDefinition => ({
    name,
    entryPoint: ['sh', '-c'],
    mountPoints: [{ sourceVolume: VOLUME_NAME, containerPath: VOLUME }],
    stopTimeout: STOP_SECONDS,
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': LOG_GROUP,
        'awslogs-region': region,
        'awslogs-stream-prefix': component,
        mode: 'non-blocking',
      },
    },
    ...more,
  });
  const content = {
    networkMode: isFargate || options.subnets.length > 0 ? ('awsvpc' as const) : ('bridge' as const),
    requiresCompatibilities: [isFargate ? ('FARGATE' as const) : ('EC2' as const)],
    cpu: String(size.cpu),
    memory: String(size.memoryMiB),
    executionRoleArn,
    taskRoleArn,
    ...(isFargate && options.diskGiB !== null && { ephemeralStorage: { sizeInGiB: options.diskGiB } }),
    volumes: [{ name: VOLUME_NAME }],
    containerDefinitions: [
      container(WORK, {
        image,
        essential: false,
        command: [WORK_COMMAND],
        environment: environment(options.environment),
      }),
      // The task lives as long as the courier does: until all that was made is in the bucket.
      container(COURIER, {
        image: options.courierImage,
        essential: true,
        command: [courierScript],
        user: '0',
        environment: environment({ SCALABLE_BUCKET: bucketUrl, SCALABLE_REGION: region }),
      }),
    ],
  };
  const hash = createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 16);
  const name = component.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 100);
  return { ...content, family: `${FAMILY_PREFIX}${name}-${hash}` };
}

/** Path style where the name has dots, which certificates do not cover, and for other addresses than AWS's own. */
export function bucketAddress(bucket: string, region: string, endpointUrl: string | null): string {
  if (endpointUrl !== null) return `${endpointUrl.replace(/\/+$/, '')}/${bucket}`;
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  return bucket.includes('.') ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
}
