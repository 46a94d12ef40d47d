import * as logsSdk from '@aws-sdk/client-cloudwatch-logs';
import * as quotasSdk from '@aws-sdk/client-service-quotas';
import type { AwsAccess } from '../../../main/providers/clouds.ts';
import { AwsServer } from './aws-server.ts';
import { EcsDouble } from './ecs.ts';
import { type EcsTask, metadataOf } from './ecs-task.ts';
import { modelCheck } from './model.ts';
import { S3Double } from './s3.ts';
import { type Call, type Gate, jsonService, queryService, ServiceError, xml } from './service.ts';
import { TaskPlayer } from './task-player.ts';

export interface CloudOptions {
  readonly region?: string;
  /** Part of all calls that are throttled. */
  readonly throttled?: number;
  /** Part of the tasks that the market takes away while they run. */
  readonly interrupted?: number;
  /** When it does so, at the latest, in milliseconds after their start. */
  readonly interruptWithinMs?: number;
  /** Tasks at once that there is room for. */
  readonly room?: number;
  /** How long each state of a task lasts at most, in milliseconds. */
  readonly stateMs?: number;
  /** What the end of every task waits for when its containers have ended. */
  readonly endsAfter?: Promise<unknown>;
  /** How long a new task may be unknown. */
  readonly unknownMs?: number;
  readonly random?: () => number;
  /** Where the programs of the containers' images are found; default: this machine's. */
  readonly path?: string;
  /** More variables for all containers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Tasks are not run but said to have succeeded: for how many calls it takes, not for what happens. */
  readonly withoutProcesses?: boolean;
}

/** What an hour costs, apart from the app's tables. */
export const RATES = {
  onDemand: { vcpu: 0.04048, gb: 0.004445 },
  spot: { vcpu: 0.01274, gb: 0.0014 },
} as const;
const USER = {
  accessKeyId: 'AKIADOUBLEUSER000001',
  secretAccessKey: 'secret-of-the-user',
  sessionToken: 'session',
};
const TASK = {
  accessKeyId: 'ASIADOUBLETASK000001',
  secretAccessKey: 'secret/of+the task',
  sessionToken: 'token/of+a=task',
};
const LEAST_SECONDS = 60;

/** A whole double of AWS for tests: the services that runs use, tasks that really run, faults, and a ledger of what they cost. */
export class AwsCloud {
  readonly server = new AwsServer();
  readonly s3: S3Double;
  readonly ecs: EcsDouble;
  readonly player: TaskPlayer;
  readonly region: string;
  /** Calls that came through, by `service:Operation`. */
  readonly calls = new Map<string, number>();
  /** Actions that are not permitted, as `ecs:RunTask`; of the user or, after `task:`, of tasks. */
  readonly denied = new Set<string>();
  readonly logs = new Map<string, string>();
  /** Their tags, by name. */
  readonly logGroups = new Map<string, Readonly<Record<string, string>>>();
  /** Images that no registry has. */
  readonly missingImages = new Set<string>();
  /** Hears of every call of the user's before it is performed. */
  onCall: (action: string) => void = () => undefined;
  expired = false;
  quota = 64;
  room: number;
  subnets: readonly string[] = ['subnet-0a1b2c3d', 'subnet-4e5f6a7b'];
  throttledCalls = 0;
  readonly #options: CloudOptions;
  readonly #random: () => number;
  #turns = 0;

  constructor(options: CloudOptions = {}) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.region = options.region ?? 'eu-central-1';
    this.room = options.room ?? Number.POSITIVE_INFINITY;
    const gate = this.#gate;
    this.s3 = new S3Double(gate);
    const cloud = this;
    this.player = new TaskPlayer({
      get url() {
        return cloud.server.url;
      },
      stateMs: () => 5 + this.#random() * (options.stateMs ?? 100),
      graceMs: 20_000,
      endsAfter: options.endsAfter ?? Promise.resolve(),
      interruptAfterMs: () => {
        // By turns, not by chance, so that a few tasks are enough.
        this.#turns += options.interrupted ?? 0;
        if (this.#turns < 1) return null;
        this.#turns--;
        return 500 + this.#random() * (options.interruptWithinMs ?? 4000);
      },
      ...(options.path !== undefined && { path: options.path }),
      ...(options.env && { env: options.env }),
      startFailure: (task) => this.#startFailure(task),
      onLog: (task, container, text) => {
        const stream = `${task.family}/${container}/${task.id}`;
        this.logs.set(stream, (this.logs.get(stream) ?? '') + text);
      },
    });
    this.ecs = new EcsDouble({
      region: this.region,
      gate,
      room: () => Math.max(0, this.room - this.alive().length),
      play: (task) => (options.withoutProcesses ? this.#pretend(task) : this.player.play(task)),
      stop: (task, code, reason) => this.player.stop(task, code, reason),
      unknownMs: options.unknownMs ?? 0,
    });
    this.server.know(USER);
    this.server.know(TASK);
    this.server.pages.push((path) => this.#page(path));
    this.server.use(this.s3, this.ecs.service, ...this.#small(gate));
  }

  async open(): Promise<this> {
    await this.server.listen();
    return this;
  }

  async close(): Promise<void> {
    this.player.close();
    await this.server.close();
  }

  makeBucket(name: string): void {
    this.s3.buckets.set(name, { region: this.region, objects: new Map() });
  }

  access(over: Partial<AwsAccess> = {}): AwsAccess {
    return {
      label: `the double of AWS in ${this.region}`,
      region: this.region,
      endpointUrl: this.server.url,
      credentials: USER,
      ...over,
    };
  }

  /** Variables under which AWS's own chain finds this double. */
  env(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.server.url,
      AWS_REGION: this.region,
      AWS_ACCESS_KEY_ID: USER.accessKeyId,
      AWS_SECRET_ACCESS_KEY: USER.secretAccessKey,
      AWS_SESSION_TOKEN: USER.sessionToken,
    };
  }

  /** Tasks that have not stopped. */
  alive(): EcsTask[] {
    return [...this.ecs.tasks.values()].filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  }

  /** What AWS writes on its bill, USD. */
  ledger(): number {
    let usd = 0;
    for (const { cpu, memory, spot, pullStartedAt, stoppedAt } of this.ecs.tasks.values()) {
      if (pullStartedAt === null) continue;
      const seconds = Math.max(LEAST_SECONDS, Math.ceil(((stoppedAt ?? Date.now()) - pullStartedAt) / 1000));
      const rate = spot ? RATES.spot : RATES.onDemand;
      usd += ((cpu / 1024) * rate.vcpu + (memory / 1024) * rate.gb) * (seconds / 3600);
    }
    return usd;
  }

  count(operation: string): number {
    return this.calls.get(operation) ?? 0;
  }

  readonly #gate: Gate = (service, operation, call) => {
    const action = `${service}:${operation}`;
    if (call.accessKey === USER.accessKeyId) this.onCall(action);
    if (call.accessKey === USER.accessKeyId && this.expired)
      throw new ServiceError(
        'ExpiredTokenException',
        'The security token included in the request is expired',
        service === 's3' || service === 'sts' ? 403 : 400,
      );
    const whose = call.accessKey === TASK.accessKeyId ? 'task:' : '';
    const lacking = [action, ...besides(service, call)].find((one) => this.denied.has(`${whose}${one}`));
    if (lacking !== undefined) {
      const who = `arn:aws:sts::123456789012:assumed-role/lab/ada`;
      const message = `User: ${who} is not authorized to perform: ${lacking} on resource: arn:aws:${service}:${this.region}:123456789012:* because no identity-based policy allows the ${lacking} action`;
      throw new ServiceError(
        service === 's3' ? 'AccessDenied' : 'AccessDeniedException',
        message,
        service === 's3' ? 403 : 400,
      );
    }
    if (this.#random() < (this.#options.throttled ?? 0)) {
      this.throttledCalls++;
      throw service === 's3'
        ? new ServiceError('SlowDown', 'Please reduce your request rate.', 503)
        : new ServiceError('ThrottlingException', 'Rate exceeded');
    }
    this.calls.set(action, this.count(action) + 1);
  };

  #small(gate: Gate) {
    return [
      queryService(
        'sts',
        {
          GetCallerIdentity: () =>
            '<Arn>arn:aws:sts::123456789012:assumed-role/lab/ada</Arn><UserId>U</UserId><Account>123456789012</Account>',
        },
        gate,
      ),
      queryService(
        'ec2',
        {
          DescribeSubnets: () =>
            `<subnetSet>${this.subnets.map((id) => `<item><subnetId>${xml(id)}</subnetId></item>`).join('')}</subnetSet>`,
        },
        gate,
      ),
      jsonService(
        'logs',
        modelCheck(logsSdk),
        {
          CreateLogGroup: ({
            logGroupName,
            tags = {},
          }: {
            logGroupName: string;
            tags?: Record<string, string>;
          }) => {
            if (this.logGroups.has(logGroupName))
              throw new ServiceError(
                'ResourceAlreadyExistsException',
                'The specified log group already exists',
              );
            this.logGroups.set(logGroupName, tags);
          },
          PutRetentionPolicy: () => ({}),
          DescribeLogGroups: ({ logGroupNamePrefix = '' }: { logGroupNamePrefix?: string }) => ({
            logGroups: [...this.logGroups.keys()]
              .filter((name) => name.startsWith(logGroupNamePrefix))
              .map((logGroupName) => ({
                logGroupName,
                logGroupArn: `arn:aws:logs:${this.region}:123456789012:log-group:${logGroupName}`,
              })),
          }),
          ListTagsForResource: ({ resourceArn }: { resourceArn: string }) => {
            const tags = this.logGroups.get(resourceArn.split(':log-group:')[1] ?? '');
            if (!tags)
              throw new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');
            return { tags };
          },
          DeleteLogGroup: ({ logGroupName }: { logGroupName: string }) => {
            this.logGroups.delete(logGroupName);
          },
        },
        gate,
      ),
      jsonService(
        'servicequotas',
        modelCheck(quotasSdk),
        {
          GetServiceQuota: ({ QuotaCode }: { QuotaCode: string }) => ({
            Quota: { QuotaCode, Value: this.quota },
          }),
        },
        gate,
      ),
    ];
  }

  #page(path: string) {
    const [, kind, id = ''] = path.split('/');
    const headers = { 'content-type': 'application/json' };
    if (kind === 'task-credentials') {
      const Expiration = new Date(Date.now() + 6 * 3_600_000).toISOString();
      const body = {
        AccessKeyId: TASK.accessKeyId,
        SecretAccessKey: TASK.secretAccessKey,
        Token: TASK.sessionToken,
        Expiration,
      };
      return { status: 200, headers, body: JSON.stringify(body, null, 1) };
    }
    if (kind !== 'task-metadata') return null;
    const task = this.ecs.tasks.get(id);
    return task ? { status: 200, headers, body: metadataOf(task) } : { status: 404 };
  }

  #startFailure(task: EcsTask): string | null {
    const image = task.containers
      .map(({ definition }) => definition.image ?? '')
      .find((one) => this.missingImages.has(one));
    return image === undefined
      ? null
      : `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${image}: ${image}: not found`;
  }

  /** Without processes: every element is said to have succeeded at once, by what a courier would publish. */
  #pretend(task: EcsTask): void {
    task.pullStartedAt = Date.now();
    task.startedAt = Date.now();
    task.lastStatus = 'RUNNING';
    const { SCALABLE_JOB: job = '' } = task.overrides.courier ?? {};
    const look = setInterval(() => {
      const objects = [...this.s3.buckets.values()][0]?.objects;
      const text = objects?.get(`${job}/assign/${task.id}`)?.body.toString('utf8');
      if (!objects || text === undefined) return;
      clearInterval(look);
      const index = /^index\t(\d+)/.exec(text)?.[1] ?? '';
      const at = Math.floor(Date.now() / 1000);
      const lines = [...text.matchAll(/^instance '([^']+)' (\d+)/gm)].map(
        ([, id, attempt]) =>
          `S\t${id}\t${attempt}\t${at}\tnode\t.\nF\t${id}\t${attempt}\t${at}\texit\t0\t100\t1000\t0m0.10s\t0m0.01s\t0\t-\t0\t-\t-\t.\n`,
      );
      objects.set(`${job}/results/${index}`, {
        body: Buffer.from(`${lines.join('')}E\t.\n`),
        etag: `"${task.id}"`,
        modified: new Date(),
        meta: {},
      });
      task.stopCode = 'EssentialContainerExited';
      task.desiredStatus = 'STOPPED';
      for (const container of task.containers) container.exitCode = 0;
      task.stoppedAt = Date.now();
      task.lastStatus = 'STOPPED';
    }, 20);
  }
}

/** What a request needs to be permitted besides its own action: to tag what it makes, to hand on roles. */
function besides(service: string, { body }: Call): string[] {
  if (service !== 'ecs' && service !== 'logs') return [];
  const { tags, taskRoleArn, executionRoleArn } = JSON.parse(body.toString('utf8') || '{}');
  return [
    ...(tags === undefined ? [] : [`${service}:TagResource`]),
    ...(taskRoleArn || executionRoleArn ? ['iam:PassRole'] : []),
  ];
}
