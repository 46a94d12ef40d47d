import { parseBarrier } from '../planning/needs.ts';
import type { LiveInstance } from './live-instance.ts';

/** Instances that may be handed over behind the ones they need. */
export interface Ahead {
  readonly instances: readonly LiveInstance[];
  /** Ids of what has to succeed first and has not yet. */
  readonly needs: ReadonlySet<string>;
}

/** A site that gives them back again and again is not asked for ever: then they wait here for their turn. */
const MOST_TRIES = 3;

/**
 * Which phases can follow their predecessors without the app: those whose instances need all instances of other tasks, when
 * every one of these has succeeded or is in the cluster's hands.
 */
export class PhasesAhead {
  readonly #isAllowed: (instance: LiveInstance) => boolean;
  readonly #tries = new WeakMap<LiveInstance, number>();

  /** @param isAllowed whether nothing but its needs keeps an instance from being handed over */
  constructor(isAllowed: (instance: LiveInstance) => boolean) {
    this.#isAllowed = isAllowed;
  }

  /** In an order in which each comes after what it needs. */
  next(instances: readonly LiveInstance[]): Ahead[] {
    const tasks = Map.groupBy(instances, ({ planned }) => planned.task);
    const taken = new Set<LiveInstance>();
    const isInHand = (instance: LiveInstance) =>
      instance.submitted ||
      instance.state === 'succeeded' ||
      instance.state === 'cached' ||
      taken.has(instance);
    const found: Ahead[] = [];
    for (let before = -1; before < found.length; ) {
      before = found.length;
      for (const members of tasks.values()) {
        const ready = members.filter((one) => one.state === 'waiting' && !isInHand(one));
        const needed = ready.length === 0 ? null : membersOfNeeds(ready, tasks);
        if (!needed?.every(isInHand)) continue;
        const going = ready.filter((one) => this.#mayTry(one) && this.#isAllowed(one));
        if (going.length === 0) continue;
        for (const one of going) taken.add(one);
        const open = needed.filter(({ state }) => state !== 'succeeded' && state !== 'cached');
        found.push({ instances: going, needs: new Set(open.map(({ planned }) => planned.id)) });
      }
    }
    for (const one of taken) this.#tries.set(one, (this.#tries.get(one) ?? 0) + 1);
    return found;
  }

  #mayTry(instance: LiveInstance): boolean {
    return (this.#tries.get(instance) ?? 0) < MOST_TRIES;
  }
}

/** All instances of all tasks that these need; null where some need less than a whole task, or nothing. */
function membersOfNeeds(
  instances: readonly LiveInstance[],
  tasks: ReadonlyMap<string, readonly LiveInstance[]>,
): LiveInstance[] | null {
  const needs = new Set(instances.flatMap(({ planned }) => planned.needs));
  const barriers = [...needs].map(parseBarrier);
  if (barriers.length === 0) return null;
  const whole = barriers.every((barrier) => barrier !== null && Object.keys(barrier.match).length === 0);
  return whole ? barriers.flatMap((barrier) => tasks.get(barrier?.task ?? '') ?? []) : null;
}
