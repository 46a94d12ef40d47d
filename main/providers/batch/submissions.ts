import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { AppError, toErrorData } from '../../platform/errors.ts';
import type { TaskInstance } from '../provider.ts';
import type { Place } from './arrangement.ts';
import type { ArraySubmission, BatchEngine } from './batch-engine.ts';
import { type ChunkLimits, chunkInstances, elementWalltime, splitArrays } from './chunking.ts';
import { groupInstances } from './grouping.ts';
import type { JobRecord, JobStore } from './job-store.ts';
import { orderAtEngine } from './order.ts';

/** An array on its way into the engine. */
export interface Intent {
  job: JobRecord;
  /** Null for one of an earlier app, whose work is not here any more: it can only be found or given back. */
  readonly elements: ArraySubmission['elements'] | null;
  /** On disk. */
  noted: boolean;
  /** When the engine was asked without a clear answer; null: it has not been, as far as this app knows. */
  unsureSince: number | null;
  /** Nothing is done about it before. */
  dueAt: number;
  tries: number;
}

export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly engineId: string }
  | { readonly kind: 'refused'; readonly error: AppError }
  /** Of an earlier app and never accepted: its instances have to be submitted anew. */
  | { readonly kind: 'gone' }
  /** Not decided: `dueAt` says when to go on. */
  | { readonly kind: 'open'; readonly error: unknown };

const FIRST_LOOK_MS = 2000;
/** A controller that accepted an array names it within this, however slow it is; results may take longer to be seen. */
const KNOWN_BY_NAME_MS = 60_000;
const LIMIT_WAIT_MS = 60_000;
/** An engine that fails in ways nobody foresaw is not asked for ever. */
const MAX_TRIES = 8;

/** Arrays for instances of any mix, in the order in which they should be submitted. */
export function planArrays(
  instances: readonly TaskInstance[],
  options: {
    readonly limits: (tag: string) => ChunkLimits;
    readonly maxMemoryBytes: number | null;
    readonly after: readonly string[];
    readonly checksNeeds: boolean;
    readonly now: number;
    readonly nextName: () => string;
  },
): Intent[] {
  return groupInstances(instances, options.maxMemoryBytes).flatMap((group) => {
    const limits = options.limits(group.tag);
    const elements = chunkInstances(group.instances, limits);
    return splitArrays(elements, limits.maxElements).map((part): Intent => {
      const asked = {
        tag: group.tag,
        request: group.request,
        elementWalltimeSeconds: elementWalltime(part, group.request, limits.maxElementSeconds),
        container: group.container,
        elements: part.map((members) => members.map(({ id, attempt }) => ({ instanceId: id, attempt }))),
        after: options.after,
        ...(options.checksNeeds && { checksNeeds: true as const }),
      };
      const hash = createHash('sha256').update(canonicalJson(asked)).digest('hex');
      const job = {
        ...asked,
        name: options.nextName(),
        engineId: null,
        places: [],
        hash,
        intendedAt: options.now,
      };
      return { job, elements: part, noted: false, unsureSince: null, dueAt: 0, tries: 0 };
    });
  });
}

/**
 * One step of bringing an array into the engine, exactly once: noted on disk, submitted, and looked for by its name
 * when the answer was lost.
 */
export async function advance(
  intent: Intent,
  parts: {
    readonly engine: BatchEngine;
    readonly jobs: JobStore;
    readonly now: () => number;
    readonly place: Place;
    readonly after: readonly string[];
  },
): Promise<SubmitOutcome> {
  const { engine, jobs, now } = parts;
  if (intent.unsureSince !== null || intent.elements === null) return look(intent, parts);
  const { elements } = intent;
  const { place } = parts;
  const job = { ...intent.job, places: [place] };
  if (!intent.noted) await jobs.intend(job);
  else if (!isDeepStrictEqual(intent.job.places, job.places)) await jobs.placed(job.name, job.places);
  intent.noted = true;
  intent.job = job;
  try {
    const { name, tag, request, elementWalltimeSeconds, container } = job;
    const { parallelism, behind } = place;
    const order = orderAtEngine(job, parts.after, behind);
    const asked = { name, tag, request, elementWalltimeSeconds, container, elements, parallelism, ...order };
    return await accepted(intent, await engine.submitArray(asked), jobs);
  } catch (error) {
    intent.tries++;
    switch (toErrorData(error).code) {
      case 'E_SUBMIT_REFUSED':
        await jobs.dropped(job.name);
        return { kind: 'refused', error: error as AppError };
      case 'E_SUBMIT_LIMIT':
        intent.dueAt = now() + LIMIT_WAIT_MS;
        return { kind: 'open', error: null };
      case 'E_SITE_UNREACHABLE':
        return { kind: 'open', error };
      default:
        intent.unsureSince = now();
        intent.dueAt = now() + FIRST_LOOK_MS;
        return { kind: 'open', error };
    }
  }
}

/** Looks for an array by its name until it must be known, if it ever came in. */
async function look(
  intent: Intent,
  { engine, jobs, now }: { engine: BatchEngine; jobs: JobStore; now: () => number },
): Promise<SubmitOutcome> {
  const { job } = intent;
  const lookedAt = now();
  // The clock may have been set back since.
  intent.unsureSince ??= Math.min(job.intendedAt, lookedAt);
  const since = intent.unsureSince;
  const found = await engine.find(job.name);
  if (found !== null) return accepted(intent, found, jobs);
  if (lookedAt - since < Math.min(engine.graceSeconds * 1000, KNOWN_BY_NAME_MS)) {
    intent.dueAt = now() + Math.max(FIRST_LOOK_MS, (lookedAt - since) / 2);
    return { kind: 'open', error: null };
  }
  if (intent.elements === null) {
    await jobs.dropped(job.name);
    return { kind: 'gone' };
  }
  if (intent.tries >= MAX_TRIES) {
    await jobs.dropped(job.name);
    return { kind: 'refused', error: neverClear(intent.tries) };
  }
  intent.unsureSince = null;
  intent.dueAt = 0;
  return { kind: 'open', error: null };
}

async function accepted({ job }: Intent, engineId: string, jobs: JobStore): Promise<SubmitOutcome> {
  await jobs.accepted(job.name, engineId);
  return { kind: 'accepted', engineId };
}

function neverClear(tries: number): AppError {
  return new AppError({
    code: 'E_SUBMIT_REFUSED',
    message: `The site was given this work ${tries} times, and never gave a clear answer.`,
    hint: 'Look at the log for what it said, then try the tasks again.',
  });
}

/** Why the site did not take it, and what to do. */
export function refusal({ data }: AppError): string {
  return data.hint ? `${data.message} ${data.hint}` : data.message;
}
