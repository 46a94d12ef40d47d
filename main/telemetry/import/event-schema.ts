import { z } from 'zod';
import { STATES_BY_ATTENTION } from '../instance-codes.ts';
import { type StoreEvent, UNKNOWN_CPUS } from '../write/store-event.ts';

/**
 * Events as they stand in an exported run folder. Files come from anywhere, so lengths and ranges are bounded and
 * nothing that does not fit is taken.
 */
const text = z.string().max(100_000);
const id = z.string().regex(/^[A-Za-z0-9._-]{1,200}$/);
/** An instance, or all of a task with matching parameters (`task:simulate{"year":2030}`). */
const need = z.union([id, z.string().startsWith('task:').max(10_000)]);
const name = z.string().max(1000);
const at = z.number().int().min(-8.64e15).max(8.64e15);
const amount = z.number().min(0).nullable();
const bytes = z.number().min(0).max(Number.MAX_SAFE_INTEGER).nullable();
const count = z.number().int().min(0).max(1_000_000);
const counts = z.record(name, count);
const some = z.number().int().min(0);
const poolCounts = z.object({ tag: name, idle: some, busy: some, starting: some });
const taskCounts = z.object({ task: name, ready: some, waiting: some, running: some, finished: some });
const params = z.record(name, z.union([text, z.number(), z.boolean(), z.null()]));
const attempt = z.number().int().min(1).max(100_000);
const interval = z.object({ low: z.number(), point: z.number(), high: z.number() }).nullable();
const request = z.object({
  cpus: z
    .number()
    .min(0)
    .nullable()
    .transform((cpus) => cpus ?? UNKNOWN_CPUS),
  memoryBytes: bytes,
  walltimeSeconds: amount,
});
const base = { runId: z.string().regex(/^run-[A-Za-z0-9._-]{1,200}$/), at };

const planned = z.object({
  id,
  task: name,
  component: name,
  index: count,
  params,
  features: params,
  request,
  source: z.enum(['manifest', 'quantile', 'learned', 'scouts', 'user', 'retry']),
  confidence: z.number().nullable(),
  predicted: z.object({
    peakMemoryBytes: interval,
    cpuSeconds: interval,
    wallSeconds: interval,
    ioClass: z.enum(['low', 'medium', 'high']).nullable().exactOptional(),
  }),
  manifestRequest: request.exactOptional(),
  ladder: z.array(z.number().min(0)).max(100).exactOptional(),
  needs: z.array(need).max(1_000_000),
  command: text,
});

const result = z.object({
  outcome: z.enum([
    'succeeded',
    'program_error',
    'out_of_memory',
    'walltime',
    'node_failure',
    'launch_failure',
    'cancelled',
    'lost',
  ]),
  exitCode: z.number().int().nullable(),
  signal: name.nullable(),
  message: text.nullable(),
  usage: z.object({
    peakMemoryBytes: bytes,
    cpuUserSeconds: amount,
    cpuSystemSeconds: amount,
    readBytes: bytes,
    writtenBytes: bytes,
    wallSeconds: z.number().min(0),
    measuredBy: z.enum(['kernel', 'sampled', 'none']),
  }),
});

const event = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run_started'),
    ...base,
    project: name,
    target: name,
    provider: name,
    manifestLock: name,
    manifestPath: text.nullable(),
    manifestText: z.string().max(50_000_000),
    plan: z.unknown(),
    pid: z.number().int().nullable(),
    hostname: name.nullable(),
    origin: z.enum(['scalable', 'reference', 'nextflow', 'sacct', 'wfcommons', 'csv']).optional(),
  }),
  z.object({
    type: z.literal('run_finished'),
    ...base,
    status: z.enum(['succeeded', 'failed', 'cancelled', 'interrupted']),
  }),
  z.object({ type: z.literal('instances_added'), ...base, instances: z.array(planned).max(10_000) }),
  z.object({
    type: z.literal('instance_state'),
    ...base,
    instanceId: id,
    state: z.enum(STATES_BY_ATTENTION),
  }),
  z.object({
    type: z.literal('attempt_started'),
    ...base,
    instanceId: id,
    attempt,
    workerId: name,
    pid: z.number().int().nullable(),
    request,
  }),
  z.object({
    type: z.literal('attempt_finished'),
    ...base,
    startedAt: at.nullable(),
    instanceId: id,
    attempt,
    request,
    result,
    stdoutPath: text.nullable(),
    stderrPath: text.nullable(),
  }),
  z.object({
    type: z.literal('attempt_turnaround'),
    runId: base.runId,
    instanceId: id,
    attempt,
    seconds: z.number().min(0),
  }),
  z.object({
    type: z.literal('resource_sample'),
    runId: base.runId,
    instanceId: id,
    attempt,
    sample: z.object({ at, memoryBytes: z.number().min(0), cpuSeconds: amount }),
  }),
  z.object({ type: z.literal('worker_added'), ...base, workerId: name, tag: name }),
  z.object({ type: z.literal('worker_removed'), ...base, workerId: name, tag: name, reason: text }),
  z.object({
    type: z.literal('worker_billed'),
    ...base,
    workerId: name,
    tag: name,
    seconds: z.number().min(0),
    usd: z.number().min(0),
  }),
  z.object({
    type: z.literal('scale_decision'),
    ...base,
    workersToAdd: counts,
    workersToRemove: counts,
    reasoning: text,
    confidence: z.number().nullable(),
    predictedCompletionSeconds: z.number().nullable(),
    by: z.enum(['plan', 'user', 'scaler']),
    inputs: z
      .object({ pools: z.array(poolCounts), tasks: z.array(taskCounts) })
      .nullable()
      .optional(),
    outcome: text.nullable().optional(),
  }),
  z.object({ type: z.literal('scale_outcome'), ...base, outcome: text }),
  z.object({
    type: z.literal('artifact_recorded'),
    ...base,
    name: text,
    location: text,
    kind: text,
    task: name.nullable(),
    component: name.nullable(),
    digest: text.nullable(),
    sizeBytes: bytes,
  }),
  z.object({
    type: z.literal('cache_lookup'),
    ...base,
    instanceId: z.union([z.literal(''), id]),
    keyDigest: text,
    hit: z.boolean(),
    seconds: z.number().min(0),
  }),
  z.object({ type: z.literal('run_failure'), ...base, code: text, message: text, phase: text }),
]);

/** The event, or the reason why it is none. */
export function parseEvent(value: unknown): { readonly event: StoreEvent } | { readonly reason: string } {
  const parsed = event.safeParse(value);
  if (parsed.success) return { event: parsed.data };
  const issue = parsed.error.issues[0];
  return { reason: `not an event: ${issue?.path.join('.') || 'event'}: ${issue?.message ?? 'unknown'}` };
}
