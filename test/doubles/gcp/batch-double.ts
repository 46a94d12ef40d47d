import { randomUUID } from 'node:crypto';
import { type Answer, Refusal, type Request } from './answers.ts';
import { BatchJob, type JobText, type MachineFaults, type Sold } from './batch-job.ts';
import { messageProblems } from './message-check.ts';
import { mount } from './task-process.ts';

export interface BatchDoubleOptions {
  readonly faults: MachineFaults;
  readonly regions: readonly string[];
  readonly lagMs: number;
  /** Folder of buckets, for mounting. */
  readonly buckets: string;
}

const JOB_ID = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL = /^[a-z0-9_-]{0,63}$/;

/** The state and the rules of Batch v1. */
export class BatchDouble {
  readonly ledger: Sold[] = [];
  readonly jobs = new Map<string, BatchJob>();
  /** So late are answers with what has become of jobs, in milliseconds. */
  lagMs: number;
  readonly #options: Omit<BatchDoubleOptions, 'lagMs'>;
  readonly #requests = new Map<string, string>();

  constructor({ lagMs, ...options }: BatchDoubleOptions) {
    this.lagMs = lagMs;
    this.#options = options;
  }

  get running(): number {
    return [...this.jobs.values()].reduce((sum, { running }) => sum + running, 0);
  }

  handle({ method, url, body }: Request): Answer | null {
    const match = /^\/v1\/projects\/([^/]+)\/locations\/([^/]+)\/jobs(?:\/([^/:]+))?(.*)$/.exec(url.pathname);
    if (!match) return null;
    const [, project = '', region = '', id, rest = ''] = match;
    if (!this.#options.regions.includes(region))
      throw new Refusal(
        400,
        `Location ${region} is not found or access is unauthorized.`,
        'LOCATION_NOT_FOUND',
      );
    const parent = `projects/${project}/locations/${region}`;
    if (id === undefined)
      return method === 'POST' ? this.#create(parent, url, body) : this.#list(parent, url);
    if (method === 'GET' && rest === '/taskGroups/group0/tasks')
      return this.#tasks(parent, this.#job(id), url);
    const job = this.#job(id);
    if (method === 'POST' && rest === ':cancel') {
      if (job.isOver)
        throw new Refusal(400, `Job ${id} is over and cannot be cancelled`, 'FAILED_PRECONDITION');
      job.cancel();
      return { json: operation(parent) };
    }
    if (method === 'DELETE') {
      job.cancel();
      this.jobs.delete(id);
      return { json: operation(parent) };
    }
    return { json: this.#view(parent, job) };
  }

  #create(parent: string, url: URL, body: Buffer): Answer {
    const job: JobText = JSON.parse(body.toString());
    const jobId = url.searchParams.get('jobId') ?? '';
    const requestId = url.searchParams.get('requestId') ?? '';
    const unknown = [...url.searchParams.keys()].filter(
      (key) => !['jobId', 'requestId', '$alt'].includes(key),
    );
    const problems = [
      ...messageProblems('Job', job),
      ...limits(jobId, job),
      ...unknown.map((key) => `no parameter ${key}`),
    ];
    if (problems.length > 0)
      throw new Refusal(400, `Invalid job: ${problems.join('; ')}`, 'INVALID_ARGUMENT');
    const known = this.jobs.get(jobId);
    if (known && this.#requests.get(requestId) === jobId) return { json: this.#view(parent, known) };
    if (known) throw new Refusal(409, `Resource ${parent}/jobs/${jobId} already exists`, 'ALREADY_EXISTS');
    for (const volume of job.taskGroups[0].taskSpec.volumes ?? []) mount(volume, this.#options.buckets);
    const uid = `${jobId}-${randomUUID().slice(0, 8)}`;
    const created = new BatchJob(jobId, uid, job, this.#options.faults, this.ledger);
    this.jobs.set(jobId, created);
    if (requestId) this.#requests.set(requestId, jobId);
    return { json: { ...job, name: `${parent}/jobs/${jobId}`, uid, status: { state: 'QUEUED' } } };
  }

  /** A job that was only just created is not known everywhere. */
  #job(id: string): BatchJob {
    const job = this.jobs.get(id);
    if (job && Date.now() - job.createdAt >= this.lagMs) return job;
    throw new Refusal(404, `Resource jobs/${id} was not found`, 'NOT_FOUND');
  }

  #list(parent: string, url: URL): Answer {
    const filter = url.searchParams.get('filter') ?? '';
    const [, label, value] = /^labels\.([a-z0-9_-]+)[=:]"?([^"]*)"?$/.exec(filter) ?? [];
    const jobs = [...this.jobs.values()].filter(({ text }) => {
      if (label === undefined) return true;
      const has = text.labels?.[label];
      return value === '*' ? has !== undefined : has === value;
    });
    return { json: { jobs: jobs.map((job) => this.#view(parent, job)) } };
  }

  #tasks(parent: string, job: BatchJob, url: URL): Answer {
    const at = Date.now() - this.lagMs;
    const size = Number(url.searchParams.get('pageSize') || 100);
    const from = Number(url.searchParams.get('pageToken') || 0);
    const tasks = [...job.tasks.entries()].slice(from, from + size).map(([index, { events }]) => {
      const seen = events.filter((event) => event.at <= at);
      return {
        name: `${parent}/jobs/${job.id}/taskGroups/group0/tasks/${index}`,
        status: {
          state: seen.at(-1)?.state ?? 'PENDING',
          statusEvents: seen.map((event) => ({
            type: 'STATUS_CHANGED',
            description: event.description,
            eventTime: new Date(event.at).toISOString(),
            taskState: event.state,
            ...(event.exitCode !== null && { taskExecution: { exitCode: event.exitCode } }),
          })),
        },
      };
    });
    const next = from + size < job.tasks.length ? String(from + size) : '';
    return { json: { tasks, ...(next && { nextPageToken: next }) } };
  }

  #view(parent: string, job: BatchJob) {
    const at = Date.now() - this.lagMs;
    const seen = job.events.filter((event) => event.at <= at);
    const states = job.tasks.map(({ events }) => events.filter((e) => e.at <= at).at(-1)?.state ?? 'PENDING');
    const counts = Object.fromEntries(
      [...Map.groupBy(states, (state) => state)].map(([state, all]) => [state, String(all.length)]),
    );
    return {
      ...job.text,
      name: `${parent}/jobs/${job.id}`,
      uid: job.uid,
      createTime: new Date(job.createdAt).toISOString(),
      status: {
        state: seen.at(-1)?.state ?? 'QUEUED',
        statusEvents: seen.map((event) => ({
          type: 'STATUS_CHANGED',
          description: event.description,
          eventTime: new Date(event.at).toISOString(),
        })),
        taskGroups: { group0: { counts } },
      },
    };
  }
}

/** Rules of the service that its description does not hold. */
function limits(jobId: string, job: JobText): string[] {
  const [group, ...more] = job.taskGroups ?? [];
  if (!group || more.length > 0) return ['there must be one task group'];
  const count = Number(group.taskCount ?? 1);
  const parallelism = Number(group.parallelism ?? 1);
  const { runnables = [], volumes = [], computeResource } = group.taskSpec ?? {};
  const labels = Object.entries(job.labels ?? {});
  return [
    ...(JOB_ID.test(jobId) ? [] : [`${jobId} is no id of a job`]),
    ...(count >= 1 && count <= 10_000 ? [] : [`taskCount ${count} is not 1 to 10000`]),
    ...(parallelism >= 1 && parallelism <= 5000 ? [] : [`parallelism ${parallelism} is not 1 to 5000`]),
    ...(runnables.length > 0 ? [] : ['there is nothing to run']),
    ...(Number(computeResource?.cpuMilli ?? 1) > 0 ? [] : ['cpuMilli must be positive']),
    ...volumes.flatMap(({ mountPath }) =>
      mountPath?.startsWith('/') ? [] : [`${mountPath} is not absolute`],
    ),
    ...labels.flatMap(([key, value]) =>
      /^[a-z]/.test(key) && LABEL.test(key) && LABEL.test(value) ? [] : [`${key}=${value} is no label`],
    ),
    ...(labels.length > 64 ? ['there are more than 64 labels'] : []),
  ];
}

const operation = (parent: string) => ({ name: `${parent}/operations/${randomUUID()}`, done: false });
