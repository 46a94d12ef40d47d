import { randomBytes } from 'node:crypto';
import type { ContainerDefinition } from '@aws-sdk/client-ecs';

export interface TaskContainer {
  readonly definition: ContainerDefinition;
  lastStatus: 'PENDING' | 'RUNNING' | 'STOPPED';
  exitCode: number | null;
  reason: string | null;
}

/** A task as ECS keeps it; times in milliseconds. */
export interface EcsTask {
  readonly id: string;
  readonly arn: string;
  readonly clusterArn: string;
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly cpu: number;
  readonly memory: number;
  readonly spot: boolean;
  readonly startedBy: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** What the request put over the containers' own environment: container → variables. */
  readonly overrides: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly containers: readonly TaskContainer[];
  readonly createdAt: number;
  lastStatus: 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'DEPROVISIONING' | 'STOPPED';
  desiredStatus: 'RUNNING' | 'STOPPED';
  pullStartedAt: number | null;
  pullStoppedAt: number | null;
  startedAt: number | null;
  stoppingAt: number | null;
  stoppedAt: number | null;
  stopCode: string | null;
  stoppedReason: string | null;
}

export const newTaskId = () => randomBytes(16).toString('hex');

const seconds = (ms: number | null) => (ms === null ? {} : ms / 1000);

/** As DescribeTasks tells it. */
export function toldTask(task: EcsTask): Record<string, unknown> {
  const when = (name: string, ms: number | null) => (ms === null ? {} : { [name]: seconds(ms) });
  return {
    taskArn: task.arn,
    clusterArn: task.clusterArn,
    taskDefinitionArn: task.taskDefinitionArn,
    group: `family:${task.family}`,
    cpu: String(task.cpu),
    memory: String(task.memory),
    startedBy: task.startedBy,
    tags: task.tags,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    ...when('createdAt', task.createdAt),
    ...when('pullStartedAt', task.pullStartedAt),
    ...when('pullStoppedAt', task.pullStoppedAt),
    ...when('startedAt', task.startedAt),
    ...when('stoppingAt', task.stoppingAt),
    ...when('stoppedAt', task.stoppedAt),
    ...(task.stopCode && { stopCode: task.stopCode }),
    ...(task.stoppedReason && { stoppedReason: task.stoppedReason }),
    containers: task.containers.map(({ definition, lastStatus, exitCode, reason }) => ({
      name: definition.name,
      image: definition.image,
      lastStatus,
      ...(exitCode !== null && { exitCode }),
      ...(reason !== null && { reason }),
    })),
  };
}

/** As the metadata endpoint (version 4) tells it inside. */
export function metadataOf(task: EcsTask): string {
  return JSON.stringify({
    Cluster: task.clusterArn,
    TaskARN: task.arn,
    Family: task.family,
    KnownStatus: task.lastStatus,
    DesiredStatus: task.desiredStatus,
    ...(task.pullStartedAt !== null && { PullStartedAt: new Date(task.pullStartedAt).toISOString() }),
    Containers: task.containers.map(({ definition, lastStatus, exitCode }, i) => ({
      DockerId: `${task.id}-${i}`,
      Name: definition.name,
      DockerName: `ecs-${definition.name}`,
      Image: definition.image,
      KnownStatus: lastStatus,
      ...(exitCode !== null && { ExitCode: exitCode }),
    })),
  });
}
