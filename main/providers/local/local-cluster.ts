import type { ChildProcess } from 'node:child_process';
import { EventQueue } from '../../platform/event-queue.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ClusterEvent, ClusterHandle, TaskInstance } from '../provider.ts';
import { notStarted } from './not-started.ts';
import type { FromSupervisor, ToSupervisor } from './supervisor-protocol.ts';

export interface LocalClusterOptions {
  /** Starts a supervisor that has been sent its configuration. */
  readonly launch: () => ChildProcess;
  /** Ends what a supervisor that died left running, by the journal. */
  readonly clearUp: () => Promise<void>;
  readonly logger: Logger;
  readonly now: () => number;
}

/** A supervisor that keeps dying is not started for ever. */
const MAX_RESTARTS = 3;

/** The app's end of the supervisor: forwards wishes, keeps count, and does not lose work when the supervisor dies. */
export class LocalCluster implements ClusterHandle {
  readonly events = new EventQueue<ClusterEvent>();
  readonly #options: LocalClusterOptions;
  /** Submitted and not finished. */
  readonly #open = new Map<string, { instance: TaskInstance; startedAt: number | null }>();
  readonly #workers = new Map<string, Set<string>>();
  readonly #waiters = new Set<{ ids: Set<string>; resolve: () => void }>();
  #wishes: Record<string, number> = {};
  #child: ChildProcess;
  #outbox: TaskInstance[] = [];
  #restarts = 0;
  #closing: { drain: boolean; done: Promise<void>; resolve: () => void } | null = null;

  constructor(options: LocalClusterOptions) {
    this.#options = options;
    this.#child = this.#launch();
  }

  submit(instances: readonly TaskInstance[]): void {
    for (const instance of instances) this.#open.set(instance.id, { instance, startedAt: null });
    if (this.#outbox.length === 0) queueMicrotask(() => this.#postSubmitted());
    this.#outbox.push(...instances);
  }

  async scale(workersByTag: Readonly<Record<string, number>>): Promise<void> {
    this.#wishes = { ...this.#wishes, ...workersByTag };
    this.#post({ type: 'scale', workers: workersByTag });
  }

  cancel(instanceIds: readonly string[]): Promise<void> {
    this.#postSubmitted();
    const ids = new Set(instanceIds.filter((id) => this.#open.has(id)));
    if (ids.size === 0) return Promise.resolve();
    this.#post({ type: 'cancel', instanceIds: [...ids] });
    return new Promise((resolve) => this.#waiters.add({ ids, resolve }));
  }

  workerCount(tag: string): number {
    return this.#workers.get(tag)?.size ?? 0;
  }

  close({ drain }: { drain: boolean }): Promise<void> {
    if (this.#closing === null) {
      const { promise: done, resolve } = Promise.withResolvers<void>();
      this.#closing = { drain, done, resolve };
    } else if (drain || !this.#closing.drain) return this.#closing.done;
    this.#closing = { ...this.#closing, drain };
    this.#postSubmitted();
    this.#post({ type: 'close', drain });
    return this.#closing.done;
  }

  #launch(): ChildProcess {
    const child = this.#options.launch();
    child.on('message', (message: FromSupervisor) => this.#onMessage(message));
    child.once('exit', () => void this.#onExit(child));
    return child;
  }

  #post(message: ToSupervisor): void {
    // A supervisor that has just died is noticed by its exit, which sends everything again.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #postSubmitted(): void {
    if (this.#outbox.length === 0) return;
    this.#post({ type: 'submit', instances: this.#outbox });
    this.#outbox = [];
  }

  #onMessage(message: FromSupervisor): void {
    switch (message.type) {
      case 'events':
        for (const event of message.events) this.#onEvent(event);
        return;
      case 'notice':
        this.#options.logger.log('warn', message.message);
        return;
      case 'closed':
        this.#end();
        return;
      case 'ready':
        this.#options.logger.log('debug', 'Supervisor is ready', {
          pid: message.pid,
          spawner: message.spawner,
        });
    }
  }

  #onEvent(event: ClusterEvent): void {
    switch (event.type) {
      case 'worker_added':
        this.#tag(event.tag).add(event.workerId);
        break;
      case 'worker_removed':
        this.#tag(event.tag).delete(event.workerId);
        break;
      case 'task_started': {
        const open = this.#open.get(event.instanceId);
        if (open) open.startedAt = event.at;
        break;
      }
      case 'task_finished':
        // Exactly one end per instance, whatever the supervisor's death and ours did at the same time.
        if (!this.#open.delete(event.instanceId)) return;
        this.#settle(event.instanceId);
        break;
      case 'task_sample':
        break;
    }
    this.events.push(event);
  }

  #settle(instanceId: string): void {
    for (const waiter of this.#waiters) {
      if (!waiter.ids.delete(instanceId) || waiter.ids.size > 0) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  #tag(tag: string): Set<string> {
    const workers = this.#workers.get(tag) ?? new Set();
    this.#workers.set(tag, workers);
    return workers;
  }

  #end(): void {
    if (this.#child.connected) this.#child.disconnect();
    this.events.end();
    this.#closing?.resolve();
  }

  /** The supervisor is gone: on purpose after `closed`, or it was killed. What ran is lost; what waited goes on. */
  async #onExit(child: ChildProcess): Promise<void> {
    if (child !== this.#child) return;
    if (!this.#isNeeded()) return this.#end();
    const { logger, clearUp, now } = this.#options;
    logger.log('error', 'The supervisor of the local tasks ended unexpectedly', {
      exitCode: child.exitCode,
      signal: child.signalCode,
    });
    await clearUp();
    for (const [tag, workers] of this.#workers)
      for (const workerId of [...workers])
        this.#onEvent({ type: 'worker_removed', at: now(), workerId, tag, reason: 'the supervisor ended' });
    const giveUp = ++this.#restarts > MAX_RESTARTS;
    for (const { instance, startedAt } of [...this.#open.values()]) {
      if (startedAt === null && !giveUp) continue;
      const message = 'The process that watched it ended, so nobody can say how it went';
      this.#onEvent({
        type: 'task_finished',
        at: now(),
        startedAt,
        instanceId: instance.id,
        attempt: instance.attempt,
        result: notStarted('lost', message),
      });
    }
    if (giveUp) return this.#end();
    this.#child = this.#launch();
    this.#outbox = [...this.#open.values()].map((open) => open.instance);
    this.#post({ type: 'scale', workers: this.#wishes });
    this.#postSubmitted();
    if (this.#closing) this.#post({ type: 'close', drain: this.#closing.drain });
  }

  #isNeeded(): boolean {
    return this.#closing === null || this.#open.size > 0;
  }
}
