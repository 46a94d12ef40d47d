import type { SqlValue } from '../database/driver.ts';
import type { Interval, PlannedInstance, ResizedInstance } from '../events.ts';
import { whole } from './apply-event.ts';
import { type AttemptRecord, attention, type InstanceRecord } from './records.ts';
import type { WriterStatements } from './statements.ts';

export function insertInstance(sql: WriterStatements, instance: InstanceRecord): void {
  const { planned } = instance;
  if (!planned) throw new Error(`Instance ${instance.instanceId} has nothing to insert`);
  instance.key = sql.insertInstance.insert(
    instance.run.key,
    instance.instanceId,
    planned.task,
    planned.component,
    planned.index,
    ...changing(instance),
  );
  const params = JSON.stringify(planned.params);
  const features = JSON.stringify(planned.features);
  sql.insertTexts.run(
    instance.run.key,
    instance.key,
    instance.instanceId,
    params,
    features === params ? null : features,
    planned.needs.length > 0 ? JSON.stringify(planned.needs) : null,
    planned.command,
  );
  if (isRecommendation(planned)) putRecommendation(sql, instance.key, planned);
  instance.planned = null;
  instance.dirty = false;
}

export function updateInstance(sql: WriterStatements, instance: InstanceRecord): void {
  sql.updateInstance.run(...changing(instance), instance.key);
  instance.dirty = false;
}

/** Columns that change while an instance goes its way, in the order of both statements. */
function changing(instance: InstanceRecord): SqlValue[] {
  return [
    instance.state,
    attention(instance),
    instance.attempts,
    whole(instance.cpus),
    whole(instance.memoryBytes),
    instance.walltimeSeconds,
    instance.source,
    instance.queuedAt,
    instance.startedAt,
    instance.finishedAt,
    instance.peakMemoryBytes,
    instance.cpuSeconds,
    instance.wallSeconds,
    instance.outcome,
    instance.message,
  ];
}

export function putAttempt(sql: WriterStatements, instance: InstanceRecord, attempt: AttemptRecord): void {
  sql.putAttempt.run(
    instance.key,
    attempt.attempt,
    attempt.queuedAt,
    attempt.startedAt,
    attempt.finishedAt,
    attempt.workerId,
    attempt.pid,
    attempt.cpus,
    attempt.memoryBytes,
    attempt.walltimeSeconds,
    attempt.outcome,
    attempt.exitCode,
    attempt.signal,
    attempt.peakMemoryBytes,
    attempt.cpuUserSeconds,
    attempt.cpuSystemSeconds,
    attempt.readBytes,
    attempt.writtenBytes,
    attempt.wallSeconds,
    attempt.ioClass,
    attempt.turnaroundSeconds,
    attempt.measuredBy,
    attempt.message,
    attempt.stdoutPath,
    attempt.stderrPath,
  );
}

/** Something was advised or predicted: kept beside what happens, so that the advisor can be judged by it. */
function isRecommendation({ source, confidence, predicted }: PlannedInstance): boolean {
  return (
    source !== 'manifest' ||
    confidence !== null ||
    predicted.peakMemoryBytes !== null ||
    predicted.cpuSeconds !== null ||
    predicted.wallSeconds !== null ||
    (predicted.ioClass ?? null) !== null
  );
}

export function putRecommendation(
  sql: WriterStatements,
  key: number,
  planned: PlannedInstance | ResizedInstance,
): void {
  const { request, predicted, manifestRequest, ladder } = planned;
  sql.putRecommendation.run(
    key,
    planned.source,
    planned.confidence,
    whole(request.cpus) ?? 1,
    whole(request.memoryBytes),
    request.walltimeSeconds,
    ...bounds(predicted.peakMemoryBytes),
    ...bounds(predicted.cpuSeconds),
    ...bounds(predicted.wallSeconds),
    whole(manifestRequest?.cpus ?? null),
    whole(manifestRequest?.memoryBytes ?? null),
    manifestRequest?.walltimeSeconds ?? null,
    ladder ? JSON.stringify(ladder) : null,
    predicted.ioClass ?? null,
  );
}

function bounds(interval: Interval | null): [number | null, number | null, number | null] {
  return interval === null ? [null, null, null] : [interval.low, interval.point, interval.high];
}
