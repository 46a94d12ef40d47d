import {
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  paginateListTasks,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { awsFailure, awsRefusal, errorName } from './aws-errors.ts';
import type { AwsOptions } from './aws-options.ts';
import { COURIER, type TaskSetting, type TaskShape, taskDefinition } from './task-definition.ts';

/** RunTask starts so many at once. */
export const MOST_AT_ONCE = 10;
const DESCRIBED_AT_ONCE = 100;

export interface Network {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly publicIp: boolean;
}

export interface StartRequest {
  readonly taskDefinition: string;
  readonly count: number;
  /** The same tasks come back for the same token. */
  readonly token: string;
  readonly startedBy: string;
  /** Keys of the run and of its array in the bucket. */
  readonly run: string;
  readonly job: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Started {
  readonly taskIds: readonly string[];
  /** Why there are fewer than were asked for; null: there are not. */
  readonly missing: string | null;
}

/** There is no room now, or no more of it for this account. Refusals of permissions name resources too, in small letters. */
const NO_ROOM = [/RESOURCE:|AGENT/, /capacity|limit on the number|LimitExceeded|no container instances/i];

/** The calls to ECS that a run makes. Every method rejects with AppErrors of `awsFailure`. */
export class EcsTasks {
  readonly #ecs: ECSClient;
  readonly #options: AwsOptions;
  readonly #network: Network | null;
  readonly #definitions = new Map<string, Promise<string>>();

  /** @param network null: that of the machines (EC2) */
  constructor(ecs: ECSClient, options: AwsOptions, network: Network | null) {
    this.#ecs = ecs;
    this.#options = options;
    this.#network = network;
  }

  /** The definition for tasks of a shape, made once: its family is named by its content, and `family:1` is it. */
  definition(shape: TaskShape, setting: TaskSetting): Promise<string> {
    const input = taskDefinition(shape, setting);
    const known = this.#definitions.get(input.family);
    if (known) return known;
    const made = this.#ensureDefinition(input);
    this.#definitions.set(input.family, made);
    made.catch(() => this.#definitions.delete(input.family));
    return made;
  }

  async start(request: StartRequest): Promise<Started> {
    try {
      const { tasks = [], failures = [] } = await this.#ecs.send(new RunTaskCommand(this.#input(request)));
      const taskIds = tasks.flatMap(({ taskArn }) => (taskArn ? taskIdOf(taskArn) : []));
      const reason = failures.find((failure) => failure.reason)?.reason ?? 'no capacity';
      return { taskIds, missing: taskIds.length < request.count ? reason : null };
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      const saysNoRoom = NO_ROOM.some((words) => words.test(`${errorName(error)} ${message}`));
      if (saysNoRoom && awsRefusal(error) === 'other') return { taskIds: [], missing: message };
      throw awsFailure(error, { action: 'ecs:RunTask', what: request.taskDefinition });
    }
  }

  /** @returns those that ECS knows, and the ids of those that it does not */
  async describe(taskIds: readonly string[]): Promise<{ tasks: Map<string, Task>; missing: string[] }> {
    const tasks = new Map<string, Task>();
    const missing: string[] = [];
    for (let at = 0; at < taskIds.length; at += DESCRIBED_AT_ONCE) {
      const batch = taskIds.slice(at, at + DESCRIBED_AT_ONCE);
      try {
        const command = new DescribeTasksCommand({ cluster: this.#options.cluster, tasks: batch });
        const answer = await this.#ecs.send(command);
        for (const task of answer.tasks ?? []) if (task.taskArn) tasks.set(taskIdOf(task.taskArn), task);
      } catch (error) {
        throw awsFailure(error, {
          action: 'ecs:DescribeTasks',
          what: `the cluster ${this.#options.cluster}`,
        });
      }
      missing.push(...batch.filter((id) => !tasks.has(id)));
    }
    return { tasks, missing };
  }

  /** Tasks of a family of definitions, those that have stopped within the last hour among them. */
  async listed(family: string): Promise<readonly Task[]> {
    const { cluster } = this.#options;
    const ids: string[] = [];
    for (const desiredStatus of ['RUNNING', 'STOPPED'] as const)
      try {
        const pages = paginateListTasks({ client: this.#ecs }, { cluster, family, desiredStatus });
        for await (const { taskArns = [] } of pages) ids.push(...taskArns.map(taskIdOf));
      } catch (error) {
        throw awsFailure(error, { action: 'ecs:ListTasks', what: `the cluster ${cluster}` });
      }
    return [...(await this.describe([...new Set(ids)])).tasks.values()];
  }

  /** One that ECS does not know any more has stopped. */
  async stop(taskId: string, reason: string): Promise<void> {
    try {
      await this.#ecs.send(new StopTaskCommand({ cluster: this.#options.cluster, task: taskId, reason }));
    } catch (error) {
      if (errorName(error) === 'InvalidParameterException' && /not found|was not found/i.test(String(error)))
        return;
      throw awsFailure(error, { action: 'ecs:StopTask', what: `the task ${taskId}` });
    }
  }

  async #ensureDefinition(input: ReturnType<typeof taskDefinition>): Promise<string> {
    const { family } = input;
    try {
      const { taskDefinition: found } = await this.#ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: family }),
      );
      if (found?.taskDefinitionArn && found.status === 'ACTIVE') return found.taskDefinitionArn;
    } catch (error) {
      if (errorName(error) !== 'ClientException')
        throw awsFailure(error, { action: 'ecs:DescribeTaskDefinition', what: family });
    }
    try {
      const tags = this.#tags({ 'scalable:family': family });
      const answer = await this.#ecs.send(new RegisterTaskDefinitionCommand({ ...input, tags }));
      return answer.taskDefinition?.taskDefinitionArn ?? family;
    } catch (error) {
      throw awsFailure(error, { action: 'ecs:RegisterTaskDefinition', what: family });
    }
  }

  #input(request: StartRequest): RunTaskCommandInput {
    const { clusterType, spot, cluster } = this.#options;
    const { taskDefinition: definition, count, token, startedBy, run, job } = request;
    const network = this.#network;
    return {
      cluster,
      taskDefinition: definition,
      count,
      clientToken: token,
      startedBy,
      ...(clusterType === 'ec2'
        ? { launchType: 'EC2' as const }
        : { capacityProviderStrategy: [{ capacityProvider: spot ? 'FARGATE_SPOT' : 'FARGATE', weight: 1 }] }),
      ...(network && {
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [...network.subnets],
            ...(network.securityGroups.length > 0 && { securityGroups: [...network.securityGroups] }),
            ...(clusterType === 'fargate' && {
              assignPublicIp: network.publicIp ? ('ENABLED' as const) : ('DISABLED' as const),
            }),
          },
        },
      }),
      overrides: {
        containerOverrides: [
          {
            name: COURIER,
            environment: [
              { name: 'SCALABLE_RUN', value: run },
              { name: 'SCALABLE_JOB', value: job },
            ],
          },
        ],
      },
      tags: this.#tags(request.tags),
    };
  }

  #tags(more: Readonly<Record<string, string>>): { key: string; value: string }[] {
    return Object.entries({ ...this.#options.tags, ...more }).map(([key, value]) => ({ key, value }));
  }
}

/** `arn:aws:ecs:eu-central-1:123456789012:task/scalable/8b3f…` → `8b3f…`. */
export function taskIdOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
