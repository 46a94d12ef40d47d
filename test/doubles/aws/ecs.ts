import type {
  CreateClusterCommandInput,
  DescribeClustersCommandInput,
  DescribeTaskDefinitionCommandInput,
  DescribeTasksCommandInput,
  ListTaskDefinitionsCommandInput,
  ListTasksCommandInput,
  RegisterTaskDefinitionCommandInput,
  RunTaskCommandInput,
  StopTaskCommandInput,
  Tag,
} from '@aws-sdk/client-ecs';
import * as sdk from '@aws-sdk/client-ecs';
import { type EcsTask, newTaskId, toldTask } from './ecs-task.ts';
import { modelCheck } from './model.ts';
import { type Gate, jsonService, type ServiceDouble, ServiceError } from './service.ts';

const ACCOUNT = '123456789012';

export interface EcsParts {
  readonly region: string;
  readonly gate: Gate;
  /** How many tasks there is room for. */
  readonly room: () => number;
  /** A task was accepted: plays it. */
  readonly play: (task: EcsTask) => void;
  readonly stop: (task: EcsTask, stopCode: string, reason: string) => void;
  /** For how long a new task may be unknown to those who ask, in milliseconds. */
  readonly unknownMs: number;
}

interface Definition extends RegisterTaskDefinitionCommandInput {
  readonly arn: string;
  readonly revision: number;
  status: 'ACTIVE' | 'INACTIVE';
}

/** Elastic Container Service in memory: clusters, task definitions, tasks. What tasks do is played by others. */
export class EcsDouble {
  readonly service: ServiceDouble;
  readonly tasks = new Map<string, EcsTask>();
  readonly definitions = new Map<string, Definition[]>();
  readonly clusters = new Map<
    string,
    {
      readonly providers: readonly string[];
      readonly tags?: readonly Tag[];
      status: 'ACTIVE' | 'INACTIVE';
    }
  >();
  readonly #parts: EcsParts;
  readonly #tokens = new Map<string, { readonly asked: string; readonly answer: unknown }>();

  constructor(parts: EcsParts) {
    this.#parts = parts;
    this.service = jsonService(
      'ecs',
      modelCheck(sdk),
      {
        CreateCluster: (input: CreateClusterCommandInput) => this.#createCluster(input),
        DescribeClusters: (input: DescribeClustersCommandInput) => this.#describeClusters(input),
        DeleteCluster: ({ cluster }: { cluster: string }) => {
          const { arn } = this.#cluster(cluster);
          if (
            [...this.tasks.values()].some((task) => task.clusterArn === arn && task.lastStatus !== 'STOPPED')
          )
            throw new ServiceError('ClusterContainsTasksException', 'The cluster has tasks that run.');
          this.clusters.delete(nameOf(cluster));
        },
        RegisterTaskDefinition: (input: RegisterTaskDefinitionCommandInput) => this.#register(input),
        DescribeTaskDefinition: (input: DescribeTaskDefinitionCommandInput) => ({
          taskDefinition: toldDefinition(this.#definition(input.taskDefinition ?? '', 'ClientException')),
        }),
        DeregisterTaskDefinition: ({ taskDefinition }: { taskDefinition: string }) => {
          this.#definition(taskDefinition, 'ClientException').status = 'INACTIVE';
        },
        ListTaskDefinitions: ({ familyPrefix, status = 'ACTIVE' }: ListTaskDefinitionsCommandInput) => ({
          taskDefinitionArns: [...this.definitions]
            .filter(([family]) => familyPrefix === undefined || family === familyPrefix)
            .flatMap(([, all]) => all.filter((one) => one.status === status).map(({ arn }) => arn)),
        }),
        RunTask: (input: RunTaskCommandInput) => this.#runTask(input),
        DescribeTasks: (input: DescribeTasksCommandInput) => this.#describeTasks(input),
        ListTasks: (input: ListTasksCommandInput) => this.#listTasks(input),
        StopTask: (input: StopTaskCommandInput) => this.#stopTask(input),
      },
      parts.gate,
    );
  }

  #arn(kind: string, name: string): string {
    return `arn:aws:ecs:${this.#parts.region}:${ACCOUNT}:${kind}/${name}`;
  }

  #cluster(name = 'default'): {
    readonly name: string;
    readonly arn: string;
    readonly providers: readonly string[];
  } {
    const found = this.clusters.get(nameOf(name));
    if (found?.status !== 'ACTIVE') throw new ServiceError('ClusterNotFoundException', 'Cluster not found.');
    return { name: nameOf(name), arn: this.#arn('cluster', nameOf(name)), providers: found.providers };
  }

  #createCluster({ clusterName = 'default', capacityProviders = [], tags = [] }: CreateClusterCommandInput) {
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(clusterName)) throw invalid('Invalid cluster name');
    if (!this.clusters.has(clusterName))
      this.clusters.set(clusterName, { providers: capacityProviders, tags, status: 'ACTIVE' });
    return { cluster: { clusterName, clusterArn: this.#arn('cluster', clusterName), status: 'ACTIVE' } };
  }

  #describeClusters({ clusters = ['default'], include = [] }: DescribeClustersCommandInput) {
    const known = clusters.filter((name) => this.clusters.has(nameOf(name)));
    return {
      clusters: known.map((name) => ({
        clusterName: nameOf(name),
        clusterArn: this.#arn('cluster', nameOf(name)),
        status: this.clusters.get(nameOf(name))?.status,
        ...(include.includes('TAGS') && { tags: [...(this.clusters.get(nameOf(name))?.tags ?? [])] }),
      })),
      failures: clusters
        .filter((name) => !known.includes(name))
        .map((name) => ({ arn: this.#arn('cluster', name), reason: 'MISSING' })),
    };
  }

  #register(input: RegisterTaskDefinitionCommandInput) {
    const { family = '', cpu, memory, containerDefinitions = [], networkMode, executionRoleArn } = input;
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) throw client('Invalid family');
    if (containerDefinitions.length === 0 || containerDefinitions.length > 10)
      throw client('1 to 10 containers');
    if (!containerDefinitions.some(({ essential = true }) => essential))
      throw client('At least one container must be essential');
    for (const { stopTimeout = 30, entryPoint = [], command = [], name, image } of containerDefinitions) {
      if (stopTimeout > 120) throw client('stopTimeout must not be more than 120');
      if (!name || !image) throw client('Container.image should not be null or empty.');
      if (JSON.stringify([entryPoint, command]).length > 60_000)
        throw client('The task definition is too large');
    }
    if (input.requiresCompatibilities?.includes('FARGATE')) {
      if (networkMode !== 'awsvpc') throw client('Fargate only supports network mode ‘awsvpc’.');
      if (!isFargateSize(Number(cpu), Number(memory)))
        throw client('No Fargate configuration exists for given values.');
      if (!executionRoleArn)
        throw client(
          'Fargate requires task definition to have execution role ARN to support log driver awslogs.',
        );
    }
    const all = this.definitions.get(family) ?? [];
    this.definitions.set(family, all);
    const revision = all.length + 1;
    const arn = this.#arn('task-definition', `${family}:${revision}`);
    const definition: Definition = { ...input, arn, revision, status: 'ACTIVE' };
    all.push(definition);
    return { taskDefinition: toldDefinition(definition) };
  }

  #definition(name: string, code: string): Definition {
    const [family = '', revision] = nameOf(name).split(':');
    const all = this.definitions.get(family) ?? [];
    const found = revision ? all[Number(revision) - 1] : all.findLast(({ status }) => status === 'ACTIVE');
    if (!found)
      throw new ServiceError(
        code,
        code === 'ClientException' ? 'Unable to describe task definition.' : 'TaskDefinition not found.',
      );
    return found;
  }

  #runTask(input: RunTaskCommandInput) {
    const {
      count = 1,
      clientToken,
      startedBy = '',
      tags = [],
      overrides,
      launchType,
      capacityProviderStrategy,
    } = input;
    const cluster = this.#cluster(input.cluster);
    if (count < 1 || count > 10) throw invalid('count must be between 1 and 10');
    if (startedBy.length > 128 || !/^[A-Za-z0-9_/-]*$/.test(startedBy.replaceAll('.', '')))
      throw invalid('Invalid startedBy');
    if ((clientToken?.length ?? 0) > 64) throw invalid('clientToken can have at most 64 characters');
    if (tags.length > 50) throw invalid('Too many tags');
    if (JSON.stringify(overrides ?? {}).length > 8192) throw invalid('Overrides length must be at most 8192');
    if (launchType && capacityProviderStrategy)
      throw invalid('Specifying both a launch type and capacity provider strategy is not supported.');
    const definition = this.#definition(input.taskDefinition ?? '', 'InvalidParameterException');
    if (definition.status !== 'ACTIVE') throw client('TaskDefinition is inactive');
    if (
      definition.networkMode === 'awsvpc' &&
      !input.networkConfiguration?.awsvpcConfiguration?.subnets?.length
    )
      throw invalid('Network Configuration must be provided when networkMode ‘awsvpc’ is specified.');
    const compatibility = launchType ?? 'FARGATE';
    if (!definition.requiresCompatibilities?.includes(compatibility))
      throw invalid(`Task definition does not support launch_type ${compatibility}.`);
    if (definition.networkMode !== 'awsvpc' && input.networkConfiguration)
      throw invalid('Network Configuration is not valid for the given networkMode of this task definition.');
    for (const { capacityProvider = '' } of capacityProviderStrategy ?? [])
      if (!cluster.providers.includes(capacityProvider))
        throw invalid(`The capacity provider ${capacityProvider} is not associated with the cluster`);
    const asked = JSON.stringify({ ...input, clientToken: null });
    const before = clientToken === undefined ? undefined : this.#tokens.get(clientToken);
    if (before && before.asked !== asked)
      throw new ServiceError('ConflictException', 'The token was used with other parameters');
    if (before) return before.answer;
    const spot = capacityProviderStrategy?.[0]?.capacityProvider === 'FARGATE_SPOT';
    const tasks = Array.from({ length: Math.min(count, this.#parts.room()) }, () =>
      this.#accept(input, definition, cluster, spot),
    );
    const reason =
      spot || launchType !== 'EC2'
        ? 'Capacity is unavailable at this time. Please try again later or in a different availability zone'
        : 'RESOURCE:MEMORY';
    const answer = {
      tasks: tasks.map(toldTask),
      failures: Array.from({ length: count - tasks.length }, () => ({ reason })),
    };
    if (clientToken !== undefined) this.#tokens.set(clientToken, { asked, answer });
    return answer;
  }

  #accept(
    { startedBy = '', tags = [], overrides }: RunTaskCommandInput,
    definition: Definition,
    cluster: { readonly name: string; readonly arn: string },
    spot: boolean,
  ): EcsTask {
    const id = newTaskId();
    const task: EcsTask = {
      id,
      arn: this.#arn('task', `${cluster.name}/${id}`),
      clusterArn: cluster.arn,
      taskDefinitionArn: definition.arn,
      family: definition.family ?? '',
      cpu: Number(definition.cpu),
      memory: Number(definition.memory),
      spot,
      startedBy,
      tags: tags.map(({ key = '', value = '' }) => ({ key, value })),
      overrides: Object.fromEntries(
        (overrides?.containerOverrides ?? []).map(({ name = '', environment = [] }) => [
          name,
          Object.fromEntries(environment.map((one) => [one.name ?? '', one.value ?? ''])),
        ]),
      ),
      containers: (definition.containerDefinitions ?? []).map((container) => ({
        definition: container,
        lastStatus: 'PENDING',
        exitCode: null,
        reason: null,
      })),
      createdAt: Date.now(),
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      pullStartedAt: null,
      pullStoppedAt: null,
      startedAt: null,
      stoppingAt: null,
      stoppedAt: null,
      stopCode: null,
      stoppedReason: null,
    };
    this.tasks.set(id, task);
    this.#parts.play(task);
    return task;
  }

  #describeTasks({ cluster, tasks = [] }: DescribeTasksCommandInput) {
    this.#cluster(cluster);
    if (tasks.length > 100) throw invalid('Tasks cannot be more than 100');
    if (tasks.length === 0) throw invalid('Tasks cannot be empty.');
    const now = Date.now();
    const found = tasks.flatMap((name) => {
      const task = this.tasks.get(nameOf(name));
      return task && now - task.createdAt >= this.#parts.unknownMs ? task : [];
    });
    const known = new Set(found.map(({ id }) => id));
    return {
      tasks: found.map(toldTask),
      failures: tasks
        .filter((name) => !known.has(nameOf(name)))
        .map((name) => ({ arn: name, reason: 'MISSING' })),
    };
  }

  #listTasks({
    cluster,
    startedBy,
    family,
    desiredStatus = 'RUNNING',
    nextToken,
    maxResults = 100,
  }: ListTasksCommandInput) {
    const { arn } = this.#cluster(cluster);
    if (startedBy !== undefined && family !== undefined) throw invalid('startedBy must be the only filter');
    const all = [...this.tasks.values()].filter(
      (task) =>
        task.clusterArn === arn &&
        task.desiredStatus === desiredStatus &&
        (startedBy === undefined || task.startedBy === startedBy) &&
        (family === undefined || task.family === family),
    );
    const from = Number(nextToken ?? 0);
    const more = from + maxResults < all.length ? { nextToken: String(from + maxResults) } : {};
    return { taskArns: all.slice(from, from + maxResults).map((task) => task.arn), ...more };
  }

  #stopTask({ cluster, task: name = '', reason = '' }: StopTaskCommandInput) {
    this.#cluster(cluster);
    const task = this.tasks.get(nameOf(name));
    if (!task) throw invalid('The referenced task was not found.');
    if (reason.length > 1024) throw invalid('The reason is too long');
    if (task.desiredStatus === 'RUNNING')
      this.#parts.stop(task, 'UserInitiated', reason || 'Task stopped by user');
    return { task: toldTask(task) };
  }
}

/** AWS's table as AWS writes it down, apart from the app's. */
function isFargateSize(cpu: number, memory: number): boolean {
  const gib = memory / 1024;
  switch (cpu) {
    case 256:
      return [0.5, 1, 2].includes(gib);
    case 512:
      return [1, 2, 3, 4].includes(gib);
    case 1024:
      return Number.isInteger(gib) && gib >= 2 && gib <= 8;
    case 2048:
      return Number.isInteger(gib) && gib >= 4 && gib <= 16;
    case 4096:
      return Number.isInteger(gib) && gib >= 8 && gib <= 30;
    case 8192:
      return gib % 4 === 0 && gib >= 16 && gib <= 60;
    case 16384:
      return gib % 8 === 0 && gib >= 32 && gib <= 120;
    default:
      return false;
  }
}

function toldDefinition({ arn, revision, status, tags: _tags, ...definition }: Definition) {
  return { ...definition, taskDefinitionArn: arn, revision, status };
}

/** Of a name or an ARN, what comes last. */
function nameOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

const invalid = (message: string) => new ServiceError('InvalidParameterException', message);
const client = (message: string) => new ServiceError('ClientException', message);
