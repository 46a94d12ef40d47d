import type { Params } from '../manifest/spec.ts';
import { type Barrier, parseBarrier, pick } from '../planning/needs.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
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
 * Which phases can follow their predecessors without the app: those whose instances need others that have succeeded or are in
 * the cluster's hands.
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
    const members = new NeededMembers(tasks);
    for (let before = -1; before < found.length; ) {
      before = found.length;
      for (const ofTask of tasks.values()) {
        const ready = ofTask.filter((one) => one.state === 'waiting' && !isInHand(one));
        // Instances that need the same go together: mostly all of a task, or all with the same parameter.
        for (const group of Map.groupBy(ready, ({ planned }) => planned.needs.join('\n')).values()) {
          const needed = members.of(group[0]?.planned.needs ?? []);
          if (needed.length === 0 || !needed.every(isInHand)) continue;
          const going = group.filter((one) => this.#mayTry(one) && this.#isAllowed(one));
          if (going.length === 0) continue;
          for (const one of going) taken.add(one);
          const open = needed.filter(({ state }) => state !== 'succeeded' && state !== 'cached');
          found.push({ instances: going, needs: new Set(open.map(({ planned }) => planned.id)) });
        }
      }
    }
    for (const one of taken) this.#tries.set(one, (this.#tries.get(one) ?? 0) + 1);
    return found;
  }

  #mayTry(instance: LiveInstance): boolean {
    return (this.#tries.get(instance) ?? 0) < MOST_TRIES;
  }
}

/** Finds the instances that barriers stand for. */
class NeededMembers {
  readonly #tasks: ReadonlyMap<string, readonly LiveInstance[]>;
  /** Task and names of parameters → their values → instances. */
  readonly #byValues = new Map<string, ReadonlyMap<string, readonly LiveInstance[]>>();

  constructor(tasks: ReadonlyMap<string, readonly LiveInstance[]>) {
    this.#tasks = tasks;
  }

  /** Empty where nothing is needed, and where something else than other tasks. */
  of(needs: readonly string[]): LiveInstance[] {
    const barriers = needs.map(parseBarrier);
    if (barriers.includes(null)) return [];
    return [...new Set(barriers.flatMap((barrier) => (barrier ? this.#members(barrier) : [])))];
  }

  #members({ task, match }: Barrier): readonly LiveInstance[] {
    const members = this.#tasks.get(task) ?? [];
    const names = Object.keys(match).sort();
    if (names.length === 0) return members;
    const key = canonicalJson([task, names]);
    const valuesOf = (params: Params) => canonicalJson(pick(params, names));
    const known = this.#byValues.get(key) ?? Map.groupBy(members, ({ planned }) => valuesOf(planned.params));
    this.#byValues.set(key, known);
    return known.get(valuesOf(match)) ?? [];
  }
}
