import { mkdirSync } from 'node:fs';
import { toErrorData } from '../../platform/errors.ts';
import type { AttemptResult, TaskInstance, Usage } from '../provider.ts';
import { logPaths } from './attempt-files.ts';
import type { AttemptWatch } from './attempt-watch.ts';
import { classifyEnd, type StopReason, type Verdict } from './failure-class.ts';
import { FunctionPool, type WorkerDeath } from './function-pool.ts';
import type { FunctionEnd, FunctionOutcome, FunctionWork, Measured } from './function-protocol.ts';
import { LogCap } from './log-cap.ts';
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

interface Attempt {
  readonly instance: TaskInstance;
  readonly startedAt: number;
  readonly startedMs: number;
  readonly caps: readonly LogCap[];
  readonly meter: TreeMeter | null;
  stopped: StopReason | null;
  unwatch: () => void;
}

const NOTHING_MEASURED: Measured = {
  peakMemoryBytes: null,
  cpuUserSeconds: null,
  cpuSystemSeconds: null,
  readBytes: null,
  writtenBytes: null,
};

/** Attempts that are calls of JavaScript functions in reused workers. */
export class FunctionAttempts {
  readonly #options: FunctionAttemptsOptions;
  readonly #pool: FunctionPool;
  readonly #running = new Map<string, Attempt>();

  constructor(options: FunctionAttemptsOptions) {
    this.#options = options;
    this.#pool = new FunctionPool({
      processes: options.config.processes,
      env: options.userEnv,
      logs: options.config.logs,
      heapMegabytes: Math.max(256, Math.floor(options.config.machine.memoryBytes / 1024 ** 2)),
      onEnd: (end) => this.#returned(end),
      onDeath: (id, death) => this.#died(id, death),
    });
  }

  owns(pid: number): boolean {
    return this.#pool.owns(pid);
  }

  start(instance: TaskInstance, work: FunctionWork, workerId: string): void {
    const { config, reporter, onEnded } = this.#options;
    const logs = logPaths(config.logs, instance.id, instance.attempt);
    let pid: number | null;
    try {
      for (const folder of instance.createFolders) mkdirSync(folder, { recursive: true });
      pid = this.#pool.call(workerId, {
        id: instance.id,
        work,
        projectFolder: config.projectFolder,
        folder: instance.folder,
        env: instance.env,
        outPath: logs.out,
        errPath: logs.err,
      });
    } catch (error) {
      const message = `It could not be started: ${toErrorData(error).message}`;
      reporter.finished(
        instance,
        null,
        result({ outcome: 'launch_failure', message }, usage(NOTHING_MEASURED, 0)),
      );
      onEnded(instance.id);
      return;
    }
    const attempt: Attempt = {
      instance,
      startedAt: Date.now(),
      startedMs: performance.now(),
      caps: [new LogCap(logs.out, config.maxLogBytes), new LogCap(logs.err, config.maxLogBytes)],
      meter: this.#meter(pid),
      stopped: null,
      unwatch: () => undefined,
    };
    this.#running.set(instance.id, attempt);
    reporter.started(instance, workerId, config.processes ? pid : null, attempt.startedAt);
    attempt.unwatch = this.#watch(attempt);
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

  /** A process with one call in it can be measured; threads share one. */
  #meter(pid: number | null): TreeMeter | null {
    const { config, sampler } = this.#options;
    const alone = config.processes && config.threadsPerWorker === 1;
    return alone && pid !== null ? sampler.watch(pid, () => []) : null;
  }

  #watch(attempt: Attempt): () => void {
    const { config, watch, reporter } = this.#options;
    const { id: instanceId, attempt: number, request } = attempt.instance;
    return watch.add({
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

  #returned(end: FunctionEnd): void {
    const attempt = this.#take(end.id);
    if (!attempt) return;
    const shared = this.#options.config.threadsPerWorker > 1;
    // Calls that ran at once in one place cannot be told apart afterwards.
    const measured = shared ? NOTHING_MEASURED : end.measured;
    const peak = attempt.meter?.finalPeakBytes(measured.peakMemoryBytes) ?? measured.peakMemoryBytes;
    const used = usage({ ...measured, peakMemoryBytes: peak }, secondsSince(attempt.startedMs));
    this.#finish(attempt, result(verdictOf(end.outcome), used, end.outcome));
  }

  #died(id: string, death: WorkerDeath): void {
    const attempt = this.#take(id);
    if (!attempt) return;
    const peak = attempt.meter?.finalPeakBytes(null) ?? null;
    const used = usage({ ...NOTHING_MEASURED, peakMemoryBytes: peak }, secondsSince(attempt.startedMs));
    const verdict = attempt.stopped
      ? classifyEnd({
          program: 'function',
          launchError: null,
          folderExists: true,
          exitCode: death.exitCode,
          signal: death.signal,
          stopped: attempt.stopped,
          request: attempt.instance.request,
          peakMemoryBytes: peak,
          systemOutOfMemory: false,
          lastErrorLine: null,
          python: null,
        })
      : deathVerdict(death);
    this.#finish(attempt, { ...result(verdict, used), exitCode: death.exitCode, signal: death.signal });
  }

  #take(id: string): Attempt | undefined {
    const attempt = this.#running.get(id);
    this.#running.delete(id);
    attempt?.unwatch();
    return attempt;
  }

  #finish(attempt: Attempt, attemptResult: AttemptResult): void {
    const { reporter, onEnded } = this.#options;
    try {
      for (const cap of attempt.caps) cap.finish();
    } catch (error) {
      reporter.notice(`The output of ${attempt.instance.id} could not be put in order: ${String(error)}`);
    }
    reporter.finished(attempt.instance, attempt.startedAt, attemptResult);
    onEnded(attempt.instance.id);
  }
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}

function usage(measured: Measured, wallSeconds: number): Usage {
  return { ...measured, wallSeconds, measuredBy: measured.peakMemoryBytes === null ? 'none' : 'kernel' };
}

function result(verdict: Verdict, used: Usage, outcome?: FunctionOutcome): AttemptResult {
  const value = outcome?.kind === 'value' ? { value: outcome.value } : {};
  return { ...verdict, exitCode: null, signal: null, usage: used, ...value };
}

function verdictOf(outcome: FunctionOutcome): Verdict {
  if (outcome.kind === 'value') return { outcome: 'succeeded', message: null };
  return {
    outcome: outcome.notFound ? 'launch_failure' : 'program_error',
    message: `${outcome.name}: ${outcome.message}`,
  };
}

function deathVerdict(death: WorkerDeath): Verdict {
  if (death.shared) {
    const message = 'The worker it shared with other calls ended, perhaps because of one of them';
    return { outcome: 'node_failure', message };
  }
  if (death.outOfMemory) {
    return { outcome: 'out_of_memory', message: 'The JavaScript heap of its worker was full' };
  }
  const how = death.signal === null ? `exit code ${death.exitCode}` : death.signal;
  return { outcome: 'program_error', message: `The function ended its whole worker (${how})` };
}
