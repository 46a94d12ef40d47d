import type { Advisor, Sizing } from '../advisor/advisor.ts';
import { ladderAbove } from '../advisor/sizing/rungs.ts';
import type { DeploymentSpec, Params, Policy, TaskSpec } from '../manifest/spec.ts';
import { breather } from '../platform/breather.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { describeMemory, MIB } from '../platform/units.ts';
import type { Capacity, ResourceRequest } from '../providers/provider.ts';
import type { Plan } from './plan.ts';

/** What `safe` adds to what is predicted to be needed. */
const HEADROOM = 1.2;

export interface SizingContext {
  readonly spec: DeploymentSpec;
  readonly advisor: Pick<Advisor, 'size'>;
  readonly policy: Policy;
  readonly confidence: number;
  readonly capacity: Capacity | null;
}

/** What the manifest itself asks for. */
export function manifestRequest(spec: DeploymentSpec, task: TaskSpec): ResourceRequest {
  const component = spec.components[task.component];
  return {
    cpus: component?.cpus ?? 1,
    memoryBytes: component?.memoryBytes ?? null,
    walltimeSeconds: task.walltimeSeconds ?? spec.target.walltimeSeconds,
  };
}

/** One sizing per feature set, in order; equal features are asked once. Lets the event loop turn in between. */
export async function sizeInstances(
  task: TaskSpec,
  features: readonly Params[],
  context: SizingContext,
): Promise<Sizing[]> {
  const asked = manifestRequest(context.spec, task);
  const known = new Map<string, Sizing>();
  const breathe = breather();
  const sizings: Sizing[] = [];
  for (const set of features) {
    const key = canonicalJson(set);
    let sizing = known.get(key);
    if (!sizing) {
      const raw = context.advisor.size({
        task: task.name,
        component: task.component,
        target: context.spec.target.name,
        features: set,
        manifestRequest: asked,
        confidence: context.confidence,
      });
      const request = capped(withHeadroom(raw, context.policy), context.capacity);
      sizing = {
        ...raw,
        request,
        ...(raw.ladder && { ladder: ladderOf(raw.ladder, request, context.capacity) }),
      };
      known.set(key, sizing);
    }
    sizings.push(sizing);
    await breathe();
  }
  return sizings;
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
