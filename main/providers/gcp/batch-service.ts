import { randomUUID } from 'node:crypto';
import { BatchServiceClient, type protos } from '@google-cloud/batch';
import type { Timer } from '../batch/timer.ts';
import type { GcpAccess } from '../clouds.ts';
import { googleError, isStatus } from './google-errors.ts';
import type { BatchJob } from './job-request.ts';
import { patiently } from './patient-call.ts';

type Task = protos.google.cloud.batch.v1.ITask;

const PAGE = 1000;

/** Batch in one project and region. Every call is repeated while the service is busy; every error is an AppError. */
export class BatchService {
  readonly #access: GcpAccess;
  readonly #client: BatchServiceClient;
  readonly #timer: Timer;

  constructor(access: GcpAccess, timer: Timer) {
    this.#access = access;
    this.#timer = timer;
    const endpoint = access.apiEndpoint === null ? null : new URL(access.apiEndpoint);
    this.#client = new BatchServiceClient({
      // HTTP/1 goes through the proxies that research networks have; gRPC does not.
      fallback: true,
      auth: access.auth as never,
      ...(endpoint && {
        apiEndpoint: endpoint.hostname,
        port: Number(endpoint.port || (endpoint.protocol === 'http:' ? 80 : 443)),
        protocol: endpoint.protocol.replace(':', ''),
      }),
    });
  }

  /** The same job again is no error: it was created before, and its answer was lost. */
  async create(jobId: string, job: BatchJob): Promise<BatchJob> {
    const request = { parent: this.#parent, jobId, job, requestId: randomUUID() };
    try {
      const [created] = await this.#call('create a Batch job', 'batch.jobs.create', () =>
        this.#client.createJob(request, ONCE),
      );
      return created;
    } catch (error) {
      if (!isStatus((error as { cause?: unknown }).cause, 409)) throw error;
      return (await this.get(jobId)) ?? job;
    }
  }

  /** Null: there is no such job. */
  async get(jobId: string): Promise<BatchJob | null> {
    return this.#orNull(async () => {
      const [job] = await this.#call('look at a Batch job', 'batch.jobs.get', () =>
        this.#client.getJob({ name: this.#name(jobId) }, ONCE),
      );
      return job;
    });
  }

  /** All tasks of a job, in no order; empty where they are not there yet. */
  async tasks(jobId: string): Promise<Task[]> {
    const parent = `${this.#name(jobId)}/taskGroups/group0`;
    const found: Task[] = [];
    let pageToken = '';
    do {
      const request = { parent, pageSize: PAGE, pageToken };
      const [tasks, , answer] = await this.#call('list the tasks of a Batch job', 'batch.tasks.list', () =>
        this.#client.listTasks(request, { ...ONCE, autoPaginate: false }),
      );
      found.push(...tasks);
      pageToken = answer?.nextPageToken ?? '';
    } while (pageToken !== '');
    return found;
  }

  /** Jobs that carry a label, with any value or with one. */
  async labelled(label: string, value: string | null): Promise<BatchJob[]> {
    const filter = value === null ? `labels.${label}:*` : `labels.${label}="${value}"`;
    const found: BatchJob[] = [];
    let pageToken = '';
    do {
      const request = { parent: this.#parent, pageSize: PAGE, pageToken, filter };
      const [jobs, , answer] = await this.#call('list Batch jobs', 'batch.jobs.list', () =>
        this.#client.listJobs(request, { ...ONCE, autoPaginate: false }),
      );
      found.push(...jobs);
      pageToken = answer?.nextPageToken ?? '';
    } while (pageToken !== '');
    return found;
  }

  /** Asks whether this project and region can be used at all. */
  async probe(): Promise<void> {
    await this.#call('list Batch jobs', 'batch.jobs.list', () =>
      this.#client.listJobs({ parent: this.#parent, pageSize: 1 }, { ...ONCE, autoPaginate: false }),
    );
  }

  /** Ends a job with all its tasks, begun or not; what is over is fine. @returns false: there is no such job, or not yet */
  async cancel(jobId: string): Promise<boolean> {
    return this.#unlessOver(() =>
      this.#call('cancel a Batch job', 'batch.jobs.cancel', () =>
        this.#client.cancelJob({ name: this.#name(jobId), requestId: randomUUID() }, ONCE),
      ),
    );
  }

  /** Ends a job and forgets it. What is gone is fine. */
  async remove(jobId: string): Promise<void> {
    await this.#unlessOver(() =>
      this.#call('delete a Batch job', 'batch.jobs.delete', () =>
        this.#client.deleteJob({ name: this.#name(jobId), requestId: randomUUID() }, ONCE),
      ),
    );
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  get #parent(): string {
    return `projects/${this.#access.projectId}/locations/${this.#access.region}`;
  }

  #name(jobId: string): string {
    return `${this.#parent}/jobs/${jobId}`;
  }

  async #orNull<T>(call: () => Promise<T>): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      if (isStatus((error as { cause?: unknown }).cause, 404)) return null;
      throw error;
    }
  }

  /** 400: it is in a state in which there is nothing left to end. */
  async #unlessOver(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      if (!isStatus(cause, 404) && !isStatus(cause, 400)) throw error;
      return !isStatus(cause, 404);
    }
  }

  async #call<T>(doing: string, permission: string, call: () => Promise<T>): Promise<T> {
    try {
      return await patiently(call, { timer: this.#timer });
    } catch (error) {
      const { label, region } = this.#access;
      throw googleError(error, { label, doing, permission, region });
    }
  }
}

/** Repeated here, and not by the client besides. */
const ONCE = { retry: null, timeout: 60_000 } as const;
