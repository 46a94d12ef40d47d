import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorCode } from '../../platform/errors.ts';
import type { AttemptResult, TaskInstance, Usage } from '../provider.ts';
import { lastLine, logPaths } from './attempt-files.ts';
import type { AttemptWatch } from './attempt-watch.ts';
import { classifyEnd, type StopReason } from './failure-class.ts';
import { LogCap } from './log-cap.ts';
import { type Machine, type ProcessCommand, type ProcessWork, processCommand } from './process-command.ts';
import { readProc, readStat } from './process-tree.ts';
import { type PythonResult, takePythonResult } from './python-command.ts';
import type { Reporter } from './reporter.ts';
import type { ProcessSampler, TreeMeter } from './sampler.ts';
import { NOT_MEASURED, type ProcessEnd, type Spawner } from './spawner.ts';
import type { SupervisorConfig } from './supervisor-protocol.ts';
import type { SystemMemory } from './system-memory.ts';

export interface ProcessAttemptsOptions {
  readonly config: SupervisorConfig;
  readonly machine: Machine;
  readonly spawner: Spawner;
  readonly sampler: ProcessSampler;
  readonly watch: AttemptWatch;
  readonly reporter: Reporter;
  readonly systemMemory: SystemMemory;
  readonly onEnded: (instanceId: string) => void;
}

interface Attempt {
  readonly instance: TaskInstance;
  readonly command: ProcessCommand;
  readonly logs: { readonly out: string; readonly err: string };
  readonly caps: readonly LogCap[];
  /** By the steady clock, for durations. */
  readonly startedMs: number;
  pid: number;
  /** Since the epoch; null until it has begun. */
  startedAt: number | null;
  meter: TreeMeter | null;
  stopped: StopReason | null;
  killTimer: NodeJS.Timeout | null;
  unwatch: () => void;
}

/** Attempts that are processes: starts them, watches them, ends them, and says how they ended. */
export class ProcessAttempts {
  readonly #options: ProcessAttemptsOptions;
  readonly #running = new Map<string, Attempt>();

  constructor(options: ProcessAttemptsOptions) {
    this.#options = options;
  }

  start(instance: TaskInstance, work: ProcessWork, workerId: string): void {
    const { config, machine, spawner, reporter } = this.#options;
    const command = processCommand(instance, work, config, machine);
    const logs = logPaths(config.logs, instance.id, instance.attempt);
    const attempt: Attempt = {
      instance,
      command,
      logs,
      caps: [new LogCap(logs.out, config.maxLogBytes), new LogCap(logs.err, config.maxLogBytes)],
      startedMs: performance.now(),
      pid: 0,
      startedAt: null,
      meter: null,
      stopped: null,
      killTimer: null,
      unwatch: () => undefined,
    };
    try {
      prepareFiles(attempt);
    } catch (error) {
      this.#ended(attempt, { ...NOT_MEASURED, launchError: systemErrorCode(error) ?? String(error) });
      return;
    }
    const request = { ...command, stdoutPath: logs.out, stderrPath: logs.err };
    const pid = spawner.spawn(request, (end) => this.#ended(attempt, end));
    if (pid === null) return;
    attempt.pid = pid;
    attempt.startedAt = Date.now();
    this.#running.set(instance.id, attempt);
    reporter.started(instance, workerId, pid, attempt.startedAt);
    this.#watch(attempt);
  }

  /** False when it does not run here. */
  stop(instanceId: string, reason: StopReason): boolean {
    const attempt = this.#running.get(instanceId);
    if (attempt) this.#stop(attempt, reason);
    return attempt !== undefined;
  }

  #watch(attempt: Attempt): void {
    const { config, sampler, watch, reporter } = this.#options;
    const { instance, command } = attempt;
    // The processes of a docker container are children of its daemon: nothing of ours to measure.
    if (command.container === null)
      attempt.meter = sampler.watch(attempt.pid, () => this.#orphansOf(attempt));
    attempt.unwatch = watch.add({
      meter: attempt.meter,
      startedAt: attempt.startedMs,
      request: instance.request,
      logs: attempt.caps,
      maxLogBytes: config.maxLogBytes,
      onStop: (reason) => this.#stop(attempt, reason),
      onSample: (sample) =>
        reporter.emit({
          type: 'task_sample',
          at: sample.at,
          instanceId: instance.id,
          attempt: instance.attempt,
          sample,
        }),
      onProblem: (error) => reporter.notice(`The log of ${instance.id} cannot be cut: ${String(error)}`),
    });
  }

  /** Processes of the attempt whose parents died: in its session, or carrying its name in their environment. */
  #orphansOf(attempt: Attempt): number[] {
    const mark = `SCALABLE_INSTANCE_ID=${attempt.instance.id}\0`;
    return this.#options.spawner
      .strays()
      .filter(
        (pid) =>
          readStat(pid)?.session === attempt.pid || (readProc(`/proc/${pid}/environ`) ?? '').includes(mark),
      );
  }

  #stop(attempt: Attempt, reason: StopReason): void {
    if (attempt.stopped !== null) return;
    attempt.stopped = reason;
    if (reason.kind === 'memory') {
      this.#signal(attempt, 'SIGKILL');
      return;
    }
    this.#signal(attempt, 'SIGTERM');
    const grace = this.#options.config.graceSeconds * 1000;
    attempt.killTimer = setTimeout(() => this.#signal(attempt, 'SIGKILL'), grace);
  }

  #signal(attempt: Attempt, signal: 'SIGTERM' | 'SIGKILL'): void {
    const { spawner, reporter, config } = this.#options;
    // Looked up before anything dies: who left the group is found through its parents only while they live.
    const pids = attempt.meter?.sample()?.pids ?? [];
    spawner.signalGroup(attempt.pid, signal);
    for (const pid of pids) if (readStat(pid)?.group !== attempt.pid) signalOne(pid, signal);
    const { container } = attempt.command;
    if (container === null || config.containers === null) return;
    const verb =
      signal === 'SIGKILL' ? ['kill', container] : ['stop', '--time', String(config.graceSeconds), container];
    execFile(config.containers.program, verb, (error) => {
      if (error && this.#running.has(attempt.instance.id))
        reporter.notice(`The container of ${attempt.instance.id} could not be ended: ${error.message}`);
    });
  }

  #ended(attempt: Attempt, end: ProcessEnd): void {
    const { reporter, onEnded } = this.#options;
    this.#running.delete(attempt.instance.id);
    attempt.unwatch();
    if (attempt.killTimer) clearTimeout(attempt.killTimer);
    if (attempt.pid > 0) for (const pid of this.#orphansOf(attempt)) signalOne(pid, 'SIGKILL');
    reporter.finished(attempt.instance, attempt.startedAt, this.#result(attempt, end));
    onEnded(attempt.instance.id);
  }

  #result(attempt: Attempt, end: ProcessEnd): AttemptResult {
    const { reporter, systemMemory } = this.#options;
    const usage = usageOf(attempt, end);
    let python: PythonResult | null = null;
    try {
      for (const cap of attempt.caps) cap.finish();
      if (attempt.command.python !== null) python = takeResult(attempt.command.python);
    } catch (error) {
      reporter.notice(`The output of ${attempt.instance.id} could not be put in order: ${String(error)}`);
    }
    const failed = end.exitCode !== 0 && end.launchError === null;
    const { outcome, message } = classifyEnd({
      program: attempt.command.program,
      launchError: end.launchError,
      folderExists: end.launchError === null || existsSync(attempt.command.folder),
      exitCode: end.exitCode,
      signal: end.signal,
      stopped: attempt.stopped,
      request: attempt.instance.request,
      peakMemoryBytes: usage.peakMemoryBytes,
      systemOutOfMemory: end.signal === 'SIGKILL' && systemMemory.killedSinceLastAsked(),
      lastErrorLine: failed ? lastLine(attempt.logs.err) : null,
      python,
    });
    const value = outcome === 'succeeded' && python?.kind === 'value' ? { value: python.value } : {};
    return { outcome, exitCode: end.exitCode, signal: end.signal, message, usage, ...value };
  }
}

function prepareFiles({ instance, command }: Attempt): void {
  for (const folder of instance.createFolders) mkdirSync(folder, { recursive: true });
  if (command.python === null) return;
  const { resultFile, argumentsFile, text } = command.python;
  mkdirSync(dirname(resultFile), { recursive: true });
  rmSync(resultFile, { force: true });
  if (text !== null) writeFileSync(argumentsFile, text);
}

function takeResult({
  resultFile,
  argumentsFile,
  text,
}: NonNullable<ProcessCommand['python']>): PythonResult | null {
  if (text !== null) rmSync(argumentsFile, { force: true });
  return takePythonResult(resultFile);
}

function usageOf(attempt: Attempt, end: ProcessEnd): Usage {
  const contained = attempt.command.container !== null;
  const peak = contained ? null : (attempt.meter?.finalPeakBytes(end.largestProcessBytes) ?? null);
  const exact = end.largestProcessBytes !== null && peak === end.largestProcessBytes;
  return {
    peakMemoryBytes: peak,
    cpuUserSeconds: contained ? null : end.cpuUserSeconds,
    cpuSystemSeconds: contained ? null : end.cpuSystemSeconds,
    readBytes: contained ? null : end.readBytes,
    writtenBytes: contained ? null : end.writtenBytes,
    wallSeconds: attempt.startedAt === null ? 0 : (performance.now() - attempt.startedMs) / 1000,
    measuredBy: peak === null ? 'none' : exact ? 'kernel' : 'sampled',
  };
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error;
  }
}
