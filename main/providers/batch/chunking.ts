import { Heap } from '../../platform/heap.ts';
import type { ResourceRequest, TaskInstance } from '../provider.ts';

export interface ChunkLimits {
  /** What an element should take at least, in seconds, so that starting it does not matter. */
  readonly targetSeconds: number;
  /** Elements that may run at once: fewer elements than that would leave workers idle. */
  readonly workers: number;
  /** Elements of one array at most. */
  readonly maxElements: number;
  /** The longest time limit the site grants an element; null: none known. */
  readonly maxElementSeconds: number | null;
}

/** Instances of unknown duration in one element: one start for twenty is cheap, and twenty of an hour still end. */
const UNKNOWN_PER_ELEMENT = 20;

/**
 * Packs instances that share a request into elements, longest first into the emptiest element, so that the elements
 * end together (Graham's LPT rule). The number of elements is that of `targetSeconds`, or of the workers where those
 * are more.
 */
export function chunkInstances(
  instances: readonly TaskInstance[],
  { targetSeconds, workers }: Pick<ChunkLimits, 'targetSeconds' | 'workers'>,
): TaskInstance[][] {
  if (instances.length === 0) return [];
  const assumed = assumedSeconds(instances, targetSeconds);
  const secondsOf = ({ predictedSeconds }: TaskInstance) => Math.max(predictedSeconds ?? assumed, 0.001);
  const total = instances.reduce((sum, instance) => sum + secondsOf(instance), 0);
  const wanted = Math.max(Math.floor(total / targetSeconds), workers, 1);
  const elements = new Heap<{ seconds: number; readonly members: TaskInstance[] }>(
    (one, other) => one.seconds - other.seconds,
  );
  for (let i = Math.min(wanted, instances.length); i > 0; i--) elements.push({ seconds: 0, members: [] });
  const all = [];
  for (const instance of [...instances].sort((a, b) => secondsOf(b) - secondsOf(a))) {
    const emptiest = elements.pop();
    if (!emptiest) break;
    if (emptiest.members.length === 0) all.push(emptiest);
    emptiest.members.push(instance);
    emptiest.seconds += secondsOf(instance);
    elements.push(emptiest);
  }
  return all.sort((a, b) => b.seconds - a.seconds).map(({ members }) => members);
}

/** Splits elements into arrays no larger than the engine takes. */
export function splitArrays<T>(elements: readonly T[], maxElements: number): T[][] {
  const arrays: T[][] = [];
  for (let at = 0; at < elements.length; at += maxElements) arrays.push(elements.slice(at, at + maxElements));
  return arrays;
}

/**
 * The time limit of an array: that of all instances of its longest element together, as far as the site grants it. An
 * element that is stopped by it in the middle goes on in another one.
 */
export function elementWalltime(
  elements: readonly (readonly TaskInstance[])[],
  request: ResourceRequest,
  maxElementSeconds: number | null,
): number | null {
  const { walltimeSeconds } = request;
  if (walltimeSeconds === null) return maxElementSeconds;
  const longest = Math.max(...elements.map((members) => members.length));
  const all = walltimeSeconds * longest;
  return maxElementSeconds === null ? all : Math.max(walltimeSeconds, Math.min(all, maxElementSeconds));
}

/** Where some are predicted the others are taken for average ones. */
function assumedSeconds(instances: readonly TaskInstance[], targetSeconds: number): number {
  const known = instances.flatMap(({ predictedSeconds }) => predictedSeconds ?? []);
  if (known.length === 0) return targetSeconds / UNKNOWN_PER_ELEMENT;
  return known.reduce((sum, seconds) => sum + seconds, 0) / known.length;
}
