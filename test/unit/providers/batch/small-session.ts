import { silentLogger } from '../../../../main/platform/logger.ts';
import { BatchCluster } from '../../../../main/providers/batch/batch-cluster.ts';
import type { BatchEngine } from '../../../../main/providers/batch/batch-engine.ts';
import type { BatchOptions } from '../../../../main/providers/batch/batch-options.ts';
import type { JobRecord, JobStore } from '../../../../main/providers/batch/job-store.ts';
import type { Timer } from '../../../../main/providers/batch/timer.ts';
import type { AttemptOutcome, ClusterEvent, TaskInstance } from '../../../../main/providers/provider.ts';

export function instance(id: string, more: Partial<TaskInstance> = {}): TaskInstance {
  return {
    id,
    task: 'work',
    tag: 'model',
    attempt: 1,
    params: {},
    work: { kind: 'argv', argv: ['true'] },
    request: { cpus: 1, memoryBytes: 1024 ** 3, walltimeSeconds: 3600 },
    env: {},
    container: null,
    folder: '/',
    createFolders: [],
    predictedSeconds: null,
    ...more,
  };
}

/** What a workspace keeps of a run: instances with their attempts, and arrays. It outlives every app. */
export class Memory implements JobStore {
  readonly instances = new Map<string, { attempts: number; final: AttemptOutcome | null; ends: number }>();
  readonly jobs = new Map<string, JobRecord & { dropped?: boolean }>();
  /** Lets a test stop an app while it writes. */
  gate: () => Promise<void> = async () => undefined;

  async intend(job: JobRecord): Promise<void> {
    await this.gate();
    this.jobs.set(job.name, job);
    await this.gate();
  }
  async accepted(name: string, engineId: string): Promise<void> {
    await this.gate();
    const job = this.jobs.get(name);
    if (job) this.jobs.set(name, { ...job, engineId });
    await this.gate();
  }
  async placed(name: string, places: JobRecord['places']): Promise<void> {
    await this.gate();
    const job = this.jobs.get(name);
    if (job) this.jobs.set(name, { ...job, places });
    await this.gate();
  }
  async dropped(name: string): Promise<void> {
    await this.gate();
    const job = this.jobs.get(name);
    if (job) this.jobs.set(name, { ...job, dropped: true });
    await this.gate();
  }
  async open(): Promise<readonly JobRecord[]> {
    return [...this.jobs.values()].filter(
      ({ dropped, elements }) =>
        !dropped &&
        elements.flat().some(({ instanceId, attempt }) => {
          const known = this.instances.get(instanceId);
          return known && known.final === null && known.attempts <= attempt;
        }),
    );
  }
}

const TRY_AGAIN: ReadonlySet<AttemptOutcome> = new Set(['node_failure', 'out_of_memory', 'lost']);

/** An app that runs instances to their end, trying again what a machine or too little memory stopped. */
export class SmallSession {
  readonly events: ClusterEvent[] = [];
  readonly cluster: BatchCluster;
  readonly #memory: Memory;
  readonly #submitted = new Map<string, number>();
  readonly #alive: () => boolean;
  readonly #make: typeof instance;

  private constructor(cluster: BatchCluster, memory: Memory, alive: () => boolean, make: typeof instance) {
    this.#make = make;
    this.cluster = cluster;
    this.#memory = memory;
    this.#alive = alive;
  }

  static async open(
    ids: readonly string[],
    parts: {
      memory: Memory;
      engine: BatchEngine;
      time: Timer;
      alive?: () => boolean;
      make?: typeof instance;
    },
    options: Partial<BatchOptions> = {},
    workers = 8,
  ): Promise<SmallSession> {
    const { memory, engine, time, alive = () => true, make = instance } = parts;
    const cluster = new BatchCluster(
      {
        runId: 'run-1',
        engine,
        jobs: memory,
        logger: silentLogger,
        site: 'test',
        maxWorkers: null,
        maxMemoryBytes: null,
        maxElementSeconds: null,
        timer: time,
        ...options,
      },
      await memory.open(),
    );
    const session = new SmallSession(cluster, memory, alive, make);
    session.#begin(ids);
    void session.#listen();
    await cluster.scale({ model: workers });
    return session;
  }

  get done(): boolean {
    return [...this.#memory.instances.values()].every(({ final }) => final !== null);
  }

  #begin(ids: readonly string[]): void {
    const { instances } = this.#memory;
    for (const id of ids) if (!instances.has(id)) instances.set(id, { attempts: 0, final: null, ends: 0 });
    for (const { instanceId, attempt } of this.cluster.adopted) {
      const known = instances.get(instanceId);
      if (!known || known.final !== null || known.attempts > attempt) continue;
      this.#submitted.set(instanceId, Math.max(attempt, this.#submitted.get(instanceId) ?? 0));
    }
    this.#submit(
      [...instances.keys()].filter((id) => instances.get(id)?.final === null && !this.#submitted.has(id)),
    );
  }

  #submit(ids: readonly string[]): void {
    const tasks = ids.map((id) =>
      this.#make(id, { attempt: (this.#memory.instances.get(id)?.attempts ?? 0) + 1 }),
    );
    for (const { id, attempt } of tasks) this.#submitted.set(id, attempt);
    this.cluster.submit(tasks);
  }

  async #listen(): Promise<void> {
    for await (const event of this.cluster.events) {
      if (!this.#alive()) return;
      this.events.push(event);
      if (event.type === 'task_finished' || event.type === 'task_returned') this.#ended(event);
    }
  }

  #ended(event: Extract<ClusterEvent, { type: 'task_finished' | 'task_returned' }>): void {
    const known = this.#memory.instances.get(event.instanceId);
    if (!known || this.#submitted.get(event.instanceId) !== event.attempt) return;
    this.#submitted.delete(event.instanceId);
    if (event.type === 'task_returned') {
      this.#submit([event.instanceId]);
      return;
    }
    known.attempts = event.attempt;
    const { outcome } = event.result;
    if (TRY_AGAIN.has(outcome)) this.#submit([event.instanceId]);
    else {
      known.final = outcome;
      known.ends++;
    }
  }
}
