import type { Advisor, Sizing, SizingQuery } from '../advisor/advisor.ts';
import { ladderAbove } from '../advisor/sizing/rungs.ts';
import type { DeploymentSpec, Params, Policy, TaskSpec } from '../manifest/spec.ts';
import { breather } from '../platform/breather.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { describeMemory, MIB } from '../platform/units.ts';
import type { Capacity, ResourceRequest } from '../providers/provider.ts';
import type { AdviceTerms } from './advice-terms.ts';
import type { Plan } from './plan.ts';

/** What `safe` adds to what is predicted to be needed. */
const HEADROOM = 1.2;

export interface SizingContext {
  readonly spec: DeploymentSpec;
  readonly advisor: Pick<Advisor, 'size' | 'sizeAll'>;
  readonly policy: Policy;
  readonly terms: AdviceTerms;
  /** What is asked for today, of a task that the manifest does not know; else the manifest's request. */
  readonly asked?: ResourceRequest;
  readonly capacity: Capacity | null;
}

/** What sizing needs to know of a task. */
export type SizedTask = Pick<TaskSpec, 'name' | 'component' | 'walltimeSeconds'>;

/** What the manifest itself asks for. */
export function manifestRequest(spec: DeploymentSpec, task: SizedTask): ResourceRequest {
  const component = spec.components[task.component];
  return {
    cpus: component?.cpus ?? 1,
    memoryBytes: component?.memoryBytes ?? null,
    walltimeSeconds: task.walltimeSeconds ?? spec.target.walltimeSeconds,
  };
}

/** So many are asked at once: enough for a model to be quick, few enough to let the event loop turn in time. */
const ASKED_AT_ONCE = 250;

/** One sizing per feature set, in order; equal features are asked once. Lets the event loop turn in between. */
export async function sizeInstances(
  task: SizedTask,
  features: readonly Params[],
  context: SizingContext,
): Promise<Sizing[]> {
  const breathe = breather();
  const keys: string[] = [];
  const different = new Map<string, Params>();
  for (const set of features) {
    const key = canonicalJson(set);
    keys.push(key);
    different.set(key, set);
    await breathe();
  }
  const sizings = new Map<string, Sizing>();
  const asked = [...different];
  for (let from = 0; from < asked.length; from += ASKED_AT_ONCE) {
    const some = asked.slice(from, from + ASKED_AT_ONCE);
    const answers = sizeAll(
      context.advisor,
      some.map(([, set]) => sizingQuery(task, set, context)),
    );
    for (const [i, [key]] of some.entries()) sizings.set(key, fitted(answers[i] as Sizing, context));
    await breathe();
  }
  return keys.map((key) => sizings.get(key) as Sizing);
}

/** What an advisor is asked about an instance with these inputs. */
export function sizingQuery(
  task: SizedTask,
  features: Params,
  { spec, terms, asked }: Pick<SizingContext, 'spec' | 'terms' | 'asked'>,
): SizingQuery {
  return {
    ...terms,
    task: task.name,
    component: task.component,
    target: spec.target.name,
    features,
    manifestRequest: asked ?? manifestRequest(spec, task),
  };
}

function sizeAll(advisor: SizingContext['advisor'], queries: readonly SizingQuery[]): Sizing[] {
  return advisor.sizeAll ? advisor.sizeAll(queries) : queries.map((query) => advisor.size(query));
}

/** The advice as the policy and the target's machines allow it. */
function fitted(raw: Sizing, { policy, terms, capacity }: SizingContext): Sizing {
  // Headroom would undo what `frugal` was asked for.
  const wanted = terms.risk === 'frugal' ? raw.request : withHeadroom(raw, policy);
  const request = capped(wanted, capacity);
  return { ...raw, request, ...(raw.ladder && { ladder: ladderOf(raw.ladder, request, capacity) }) };
}

/** `safe`: at least a fifth more than what is predicted to be needed, where something was predicted. */
function withHeadroom({ method, request, predicted }: Sizing, policy: Policy): ResourceRequest {
  if (method === 'manifest' || policy !== 'safe') return request;
  const memory = predicted.peakMemoryBytes?.point;
  const seconds = predicted.wallSeconds?.point;
  return {
    ...request,
    memoryBytes:
      request.memoryBytes === null || memory === undefined
        ? request.memoryBytes
        : Math.max(request.memoryBytes, Math.ceil((memory * HEADROOM) / MIB) * MIB),
    walltimeSeconds:
      request.walltimeSeconds === null || seconds === undefined
        ? request.walltimeSeconds
        : Math.max(request.walltimeSeconds, seconds * HEADROOM),
  };
}

function ladderOf(
  ladder: readonly number[],
  { memoryBytes }: ResourceRequest,
  capacity: Capacity | null,
): readonly number[] {
  return memoryBytes === null
    ? []
    : ladderAbove(ladder, memoryBytes, capacity?.memoryBytes ?? Number.POSITIVE_INFINITY);
}

/** No request is larger than what the target can ever serve. */
export function capped(request: ResourceRequest, capacity: Capacity | null): ResourceRequest {
  if (!capacity) return request;
  return {
    ...request,
    cpus: Math.min(request.cpus, capacity.cpus),
    memoryBytes: request.memoryBytes === null ? null : Math.min(request.memoryBytes, capacity.memoryBytes),
  };
}

/** A note for the user where the manifest's own wish does not fit the target. */
export function capacityNotes(
  task: TaskSpec,
  asked: ResourceRequest,
  capacity: Capacity | null,
): Plan['notes'] {
  if (!capacity) return [];
  const cuts = [
    asked.cpus > capacity.cpus && `${asked.cpus} CPUs, and there are ${capacity.cpus}`,
    (asked.memoryBytes ?? 0) > capacity.memoryBytes &&
      `${describeMemory(asked.memoryBytes ?? 0)} of memory, and there are ${describeMemory(capacity.memoryBytes)}`,
  ].filter((cut) => cut !== false);
  return cuts.map((cut) => ({
    code: 'W_REQUEST_CAPPED',
    message: `Task ${task.name} asks for ${cut}; it gets what is there.`,
  }));
}
