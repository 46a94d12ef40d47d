import type { InstanceState, TelemetryEvent } from '../events.ts';
import { FINAL_STATES } from '../events.ts';
import { stateCode, stateOfCode } from '../instance-codes.ts';
import { measuredIoClass } from '../io-class.ts';
import { type AttemptRecord, type InstanceRecord, newAttempt } from './records.ts';

type Started = Extract<TelemetryEvent, { type: 'attempt_started' }>;
type Finished = Extract<TelemetryEvent, { type: 'attempt_finished' }>;

export function moveTo(instance: InstanceRecord, state: InstanceState, at: number): void {
  const before = stateOfCode(instance.state);
  if (before !== state) {
    instance.run.counts[before] -= 1;
    instance.run.counts[state] += 1;
    instance.state = stateCode(state);
  }
  if (FINAL_STATES.has(state)) instance.finishedAt = at;
  else if (state === 'queued') {
    instance.queuedAt = at;
    instance.startedAt = null;
    instance.finishedAt = null;
  }
  instance.dirty = true;
}

export function startAttempt(instance: InstanceRecord, attempt: AttemptRecord, event: Started): void {
  attempt.queuedAt = instance.queuedAt;
  attempt.startedAt = event.at;
  attempt.workerId = event.workerId;
  attempt.pid = event.pid;
  setRequest(attempt, event.request);
  if (instance.memoryBytes !== event.request.memoryBytes || instance.cpus !== event.request.cpus) {
    instance.source = event.attempt > 1 ? 'retry' : instance.source;
  }
  setRequest(instance, event.request);
  instance.attempts = Math.max(instance.attempts, event.attempt);
  moveTo(instance, 'running', event.at);
  instance.startedAt = event.at;
}

/**
 * The first end of an attempt counts: what a resume reports again changes nothing, unless the attempt was `lost`
 * and now somebody knows.
 */
export function finishAttempt(instance: InstanceRecord, attempt: AttemptRecord, event: Finished): void {
  if (attempt.outcome !== null && attempt.outcome !== 'lost') return;
  const { outcome, usage, exitCode, signal, message } = event.result;
  // An attempt that never began has no run time; 0 would teach that it was fast.
  const wallSeconds = event.startedAt === null ? null : usage.wallSeconds;
  attempt.queuedAt ??= instance.queuedAt;
  attempt.startedAt = event.startedAt;
  attempt.finishedAt = event.at;
  setRequest(attempt, event.request);
  Object.assign(attempt, {
    outcome,
    exitCode,
    signal,
    message,
    wallSeconds,
    peakMemoryBytes: whole(usage.peakMemoryBytes),
    cpuUserSeconds: usage.cpuUserSeconds,
    cpuSystemSeconds: usage.cpuSystemSeconds,
    readBytes: whole(usage.readBytes),
    writtenBytes: whole(usage.writtenBytes),
    ioClass: measuredIoClass({ ...usage, wallSeconds }),
    measuredBy: usage.measuredBy,
    stdoutPath: event.stdoutPath,
    stderrPath: event.stderrPath,
  });
  instance.attempts = Math.max(instance.attempts, event.attempt);
  instance.startedAt = event.startedAt;
  instance.finishedAt = event.at;
  instance.peakMemoryBytes = attempt.peakMemoryBytes;
  instance.cpuSeconds = total(usage.cpuUserSeconds, usage.cpuSystemSeconds);
  instance.wallSeconds = wallSeconds;
  instance.outcome = outcome;
  instance.message = message;
  instance.dirty = true;
  if (outcome !== 'lost') addUse(instance, attempt);
}

export function turnaround(attempt: AttemptRecord, seconds: number): void {
  attempt.turnaroundSeconds = seconds;
}

/** The instance's attempt of that number among those held; a new one joins them. */
export function heldAttempt(
  instance: InstanceRecord,
  attempt: number,
  stored: (instance: InstanceRecord, attempt: number) => AttemptRecord | null,
): AttemptRecord {
  const held = instance.open.find((one) => one.attempt === attempt);
  if (held) return held;
  const record = (instance.key === null ? null : stored(instance, attempt)) ?? newAttempt(attempt);
  instance.open.push(record);
  return record;
}

function addUse({ run }: InstanceRecord, { wallSeconds, memoryBytes, peakMemoryBytes }: AttemptRecord): void {
  if (wallSeconds === null) return;
  if (memoryBytes !== null)
    run.requestedByteSeconds = (run.requestedByteSeconds ?? 0) + memoryBytes * wallSeconds;
  if (peakMemoryBytes !== null)
    run.usedByteSeconds = (run.usedByteSeconds ?? 0) + peakMemoryBytes * wallSeconds;
}

export function setRequest(
  record: { cpus: number | null; memoryBytes: number | null; walltimeSeconds: number | null },
  request: Started['request'],
): void {
  record.cpus = whole(request.cpus);
  record.memoryBytes = whole(request.memoryBytes);
  record.walltimeSeconds = request.walltimeSeconds;
}

function total(user: number | null, system: number | null): number | null {
  return user === null && system === null ? null : (user ?? 0) + (system ?? 0);
}

/** Integer columns refuse fractions (a mean, an interpolated peak) and what no integer can hold. */
export function whole(value: number | null): number | null {
  return value === null || !(Math.abs(value) <= Number.MAX_SAFE_INTEGER) ? null : Math.round(value);
}
