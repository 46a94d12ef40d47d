import { mkdirSync } from 'node:fs';
import { toErrorData } from '../../platform/errors.ts';
import type { TaskInstance } from '../provider.ts';
import { logPaths } from './attempt-files.ts';
import type { AttemptWatch } from './attempt-watch.ts';
import { CallBundles } from './call-bundles.ts';
import type { StopReason } from './failure-class.ts';
import { FunctionPool, type WorkerDeath } from './function-pool.ts';
import type { FunctionEnd, FunctionWork } from './function-protocol.ts';
import { deathResult, endResult } from './function-result.ts';
import { LogCap } from './log-cap.ts';
import { notStarted } from './not-started.ts';
import type { Reporter } from './reporter.ts';
import type { ProcessSampler, TreeMeter } from './sampler.ts';
import type { SupervisorConfig } from './supervisor-protocol.ts';

export interface FunctionAttemptsOptions {
  readonly config: SupervisorConfig;
  readonly userEnv: Readonly<Record<string, string>>;
  readonly sampler: ProcessSampler;
  readonly watch: AttemptWatch;
  readonly reporter: Reporter;
  readonly onEnded: (instanceId: string) => void;
}

export interface FunctionInstance {
  readonly instance: TaskInstance;
  readonly work: FunctionWork;
}

interface Attempt {
  readonly instance: TaskInstance;
  readonly workerId: string;
  readonly pid: number | null;
  readonly logs: { readonly out: string; readonly err: string };
  /** Since the epoch; null while calls before it in its bundle are being made. */
  startedAt: number | null;
  startedMs: number;
  meter: TreeMeter | null;
  caps: readonly LogCap[];
  stopped: StopReason | null;
  unwatch: () => void;
  /** The call after it in its bundle. */
  next: Attempt | null;
}

/** Attempts that are calls of JavaScript functions in reused workers. */
export class FunctionAttempts {
  readonly #options: FunctionAttemptsOptions;
  readonly #pool: FunctionPool;
  readonly #bundles = new CallBundles();
  readonly #running = new Map<string, Attempt>();

  constructor(options: FunctionAttemptsOptions) {
    this.#options = options;
    this.#pool = new FunctionPool({
      processes: options.config.processes,
      env: options.userEnv,
      logs: options.config.logs,
      heapMegabytes: Math.max(256, Math.floor(options.config.machine.memoryBytes / 1024 ** 2)),
      onEnds: (ends) => this.#returned(ends),
      onDeath: (id, death) => this.#died(id, death),
    });
  }

  owns(pid: number): boolean {
    return this.#pool.owns(pid);
  }

  /** How many calls like this one a worker may be given at once. */
  bundleSize(instance: TaskInstance): number {
    // A limit ends the whole worker, and what runs at once is not done one after the other.
    const alone = instance.request.walltimeSeconds !== null || this.#options.config.threadsPerWorker > 1;
    return alone ? 1 : this.#bundles.size(instance);
  }

  /** Calls for one worker, to be made one after the other. */
  start(calls: readonly FunctionInstance[], workerId: string): void {
    const { config, reporter, onEnded } = this.#options;
    try {
      for (const { instance } of calls)
        for (const folder of instance.createFolders) mkdirSync(folder, { recursive: true });
      const pid = this.#pool.call({
        slot: workerId,
        calls: calls.map(({ instance, work }) => {
          const { out: outPath, err: errPath } = logPaths(config.logs, instance.id, instance.attempt);
          const { id, folder, env } = instance;
          return { id, work, projectFolder: config.projectFolder, folder, env, outPath, errPath };
        }),
      });
      let next: Attempt | null = null;
      for (const { instance } of calls.toReversed()) {
        next = this.#attempt(instance, workerId, pid, next);
        this.#running.set(instance.id, next);
      }
      if (next) this.#begin(next, Date.now(), true);
    } catch (error) {
      const message = `It could not be started: ${toErrorData(error).message}`;
      for (const { instance } of calls) {
        reporter.finished(instance, null, notStarted('launch_failure', message));
        onEnded(instance.id);
      }
    }
  }

  /** False when it does not run here. */
  stop(instanceId: string, reason: StopReason): boolean {
    const attempt = this.#running.get(instanceId);
    if (!attempt) return false;
    attempt.stopped ??= reason;
    this.#pool.stop(instanceId);
    return true;
  }

  dismiss(workerId: string): void {
    this.#pool.dismiss(workerId);
  }

  close(): void {
    this.#pool.close();
  }

  #attempt(instance: TaskInstance, workerId: string, pid: number | null, next: Attempt | null): Attempt {
    return {
      instance,
      workerId,
      pid: this.#options.config.processes ? pid : null,
      logs: logPaths(this.#options.config.logs, instance.id, instance.attempt),
      startedAt: null,
      startedMs: 0,
      meter: null,
      caps: [],
      stopped: null,
      unwatch: () => undefined,
      next,
    };
  }

  #begin(attempt: Attempt, at: number, watched: boolean): void {
    attempt.startedAt = at;
    attempt.startedMs = performance.now();
    this.#options.reporter.started(attempt.instance, attempt.workerId, attempt.pid, at);
    if (watched) this.#watch(attempt);
  }

  #watch(attempt: Attempt): void {
    const { config, watch, reporter, sampler } = this.#options;
    const { id: instanceId, attempt: number, request } = attempt.instance;
    // A process with one call in it can be measured; threads share one.
    const alone = attempt.pid !== null && config.threadsPerWorker === 1;
    attempt.meter = alone && attempt.pid !== null ? sampler.watch(attempt.pid, () => []) : null;
    attempt.caps = capsOf(attempt, config.maxLogBytes);
    attempt.unwatch = watch.add({
      meter: attempt.meter,
      startedAt: attempt.startedMs,
      request,
      logs: attempt.caps,
      maxLogBytes: config.maxLogBytes,
      onStop: (reason) => this.stop(instanceId, reason),
      onSample: (sample) =>
        reporter.emit({ type: 'task_sample', at: sample.at, instanceId, attempt: number, sample }),
      onProblem: (error) => reporter.notice(`The log of ${instanceId} cannot be cut: ${String(error)}`),
    });
  }

  #returned(ends: readonly FunctionEnd[]): void {
    const heads = new Set<Attempt>();
    for (const end of ends) {
      const attempt = this.#take(end.id);
      if (!attempt) continue;
      heads.delete(attempt);
      if (attempt.next) heads.add(attempt.next);
      if (attempt.startedAt === null) this.#begin(attempt, end.startedAt, false);
      this.#bundles.took(attempt.instance, end.wallSeconds);
      this.#putLogsInOrder(attempt, end.printed);
      // Calls that ran at once in one place cannot be told apart afterwards.
      const shared = this.#options.config.threadsPerWorker > 1;
      this.#report(attempt, endResult(end, attempt.meter, shared));
    }
    for (const attempt of heads) this.#begin(attempt, Date.now(), true);
  }

  #died(id: string, death: WorkerDeath): void {
    const attempt = this.#take(id);
    if (!attempt) return;
    this.#bundles.distrust(attempt.instance);
    this.#putLogsInOrder(attempt, true);
    const wallSeconds = attempt.startedAt === null ? 0 : (performance.now() - attempt.startedMs) / 1000;
    const peak = attempt.meter?.finalPeakBytes(null) ?? null;
    this.#report(attempt, deathResult(death, attempt.stopped, attempt.instance.request, peak, wallSeconds));
  }

  #take(id: string): Attempt | undefined {
    const attempt = this.#running.get(id);
    this.#running.delete(id);
    attempt?.unwatch();
    return attempt;
  }

  #putLogsInOrder(attempt: Attempt, printed: boolean): void {
    if (!printed) return;
    const { config, reporter } = this.#options;
    try {
      const caps = attempt.caps.length > 0 ? attempt.caps : capsOf(attempt, config.maxLogBytes);
      for (const cap of caps) cap.finish();
    } catch (error) {
      reporter.notice(`The output of ${attempt.instance.id} could not be put in order: ${String(error)}`);
    }
  }

  #report(attempt: Attempt, result: ReturnType<typeof endResult>): void {
    this.#options.reporter.finished(attempt.instance, attempt.startedAt, result);
    this.#options.onEnded(attempt.instance.id);
  }
}

function capsOf({ logs }: Attempt, maxLogBytes: number): LogCap[] {
  return [new LogCap(logs.out, maxLogBytes), new LogCap(logs.err, maxLogBytes)];
}
