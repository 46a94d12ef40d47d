import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Container } from './container.ts';
import type { EcsTask, TaskContainer } from './ecs-task.ts';

export interface PlayOptions {
  readonly url: string;
  /** How long each state lasts, in milliseconds. */
  readonly stateMs: () => number;
  /** From the signal to end to the end by force, in milliseconds. */
  readonly graceMs: number;
  /** What the end of every task waits for when its containers have ended. */
  readonly endsAfter: Promise<unknown>;
  /** When a running task is taken away by the market, in milliseconds after its start; null: never. */
  readonly interruptAfterMs: (task: EcsTask) => number | null;
  /** Why a task cannot start; null: it can. */
  readonly startFailure: (task: EcsTask) => string | null;
  /** Where the programs of the containers' images are found. */
  readonly path?: string;
  /** More variables for all containers. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onLog: (task: EcsTask, container: string, text: string) => void;
}

/** Brings tasks through the states of ECS, and really runs the commands of their containers, as processes of this machine. */
export class TaskPlayer {
  readonly #options: PlayOptions;
  readonly #running = new Map<string, Map<string, Container>>();

  constructor(options: PlayOptions) {
    this.#options = options;
  }

  play(task: EcsTask): void {
    this.#live(task).catch((error: unknown) => console.error('The double could not play a task:', error));
  }

  /** As StopTask, the market, or the end of an essential container does. */
  stop(task: EcsTask, stopCode: string, reason: string): void {
    if (task.desiredStatus === 'STOPPED') return;
    task.desiredStatus = 'STOPPED';
    task.stopCode = stopCode;
    task.stoppedReason = reason;
    task.stoppingAt = Date.now();
    const containers = [...(this.#running.get(task.id)?.values() ?? [])];
    for (const container of containers) container.signal('SIGTERM');
    setTimeout(() => {
      for (const container of containers) container.signal('SIGKILL');
    }, this.#options.graceMs).unref();
  }

  /** Ends everything, as if the region had gone. */
  close(): void {
    for (const containers of this.#running.values())
      for (const container of containers.values()) container.signal('SIGKILL');
  }

  /** Ends one container as the kernel does for memory. */
  kill(task: EcsTask, name: string, reason: string): void {
    const found = task.containers.find(({ definition }) => definition.name === name);
    if (found) found.reason = reason;
    this.#running.get(task.id)?.get(name)?.signal('SIGKILL');
  }

  async #live(task: EcsTask): Promise<void> {
    const { stateMs, startFailure, interruptAfterMs } = this.#options;
    await sleep(stateMs());
    if (this.#goes(task)) return this.#over(task);
    task.lastStatus = 'PENDING';
    task.pullStartedAt = Date.now();
    await sleep(stateMs());
    const failure = startFailure(task);
    if (failure !== null && task.desiredStatus === 'RUNNING') {
      task.desiredStatus = 'STOPPED';
      task.stopCode = 'TaskFailedToStart';
      task.stoppedReason = failure;
      task.stoppingAt = Date.now();
    }
    if (this.#goes(task)) return this.#over(task);
    task.pullStoppedAt = Date.now();
    const folder = mkdtempSync(join(tmpdir(), 'ecs-'));
    try {
      const ends = this.#start(task, folder);
      const after = interruptAfterMs(task);
      const interrupt =
        after === null
          ? null
          : setTimeout(() => this.stop(task, 'SpotInterruption', 'Your Spot Task was interrupted.'), after);
      await ends;
      if (interrupt) clearTimeout(interrupt);
      task.lastStatus = 'DEPROVISIONING';
      await sleep(stateMs());
      await this.#options.endsAfter;
    } finally {
      this.#running.delete(task.id);
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    }
    this.#over(task);
  }

  /** Resolves when all containers have ended. */
  async #start(task: EcsTask, folder: string): Promise<void> {
    const volume = join(folder, 'volume');
    mkdirSync(volume);
    const containers = new Map<string, Container>();
    this.#running.set(task.id, containers);
    task.lastStatus = 'RUNNING';
    task.startedAt = Date.now();
    await Promise.all(task.containers.map((container) => this.#run(task, container, volume, containers)));
  }

  async #run(
    task: EcsTask,
    container: TaskContainer,
    volume: string,
    all: Map<string, Container>,
  ): Promise<void> {
    const { definition } = container;
    const { url, onLog } = this.#options;
    const {
      name = '',
      entryPoint = [],
      command = [],
      environment = [],
      mountPoints = [],
      essential = true,
    } = definition;
    const process = new Container({
      argv: [...entryPoint, ...command],
      env: {
        ...Object.fromEntries(environment.map((one) => [one.name ?? '', one.value ?? ''])),
        ...task.overrides[name],
        ...this.#options.env,
        ECS_CONTAINER_METADATA_URI_V4: `${url}/task-metadata/${task.id}`,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/task-credentials/${task.id}`,
      },
      ...(this.#options.path !== undefined && { path: this.#options.path }),
      volume,
      at: mountPoints[0]?.containerPath ?? '/mnt/none',
      onOutput: (text) => onLog(task, name, text),
    });
    all.set(name, process);
    container.lastStatus = 'RUNNING';
    container.exitCode = await process.ended;
    container.lastStatus = 'STOPPED';
    if (essential) this.stop(task, 'EssentialContainerExited', 'Essential container in task exited');
  }

  #goes(task: EcsTask): boolean {
    return task.desiredStatus === 'STOPPED';
  }

  #over(task: EcsTask): void {
    task.lastStatus = 'STOPPED';
    task.stoppedAt = Date.now();
    for (const container of task.containers) container.lastStatus = 'STOPPED';
  }
}
