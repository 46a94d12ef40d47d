import { Heap } from '../platform/heap.ts';
import type { LiveInstance } from './live-instance.ts';

/**
 * Ready instances, the urgent and then the longest predicted first, each tag for itself, so that no tag waits behind another's work.
 * A window bounds how many of a tag the cluster holds at once: enough to choose from, and a cancel of 100,000
 * instances does not have to reach through it.
 */
export class SubmitQueue {
  readonly #window: number;
  readonly #tags = new Map<string, { readonly ready: Heap<LiveInstance>; held: number }>();

  constructor(window: number) {
    this.#window = window;
  }

  push(instance: LiveInstance): void {
    const tag = this.#tag(instance.planned.component);
    tag.ready.push(instance);
  }

  /** What the cluster may take now. Instances that are not `queued` any more (cancelled meanwhile) are dropped. */
  take(): LiveInstance[] {
    const taken: LiveInstance[] = [];
    for (const tag of this.#tags.values()) {
      // Topping up one by one would make a submit call of every finish.
      if (tag.held > this.#window / 2) continue;
      while (tag.held < this.#window) {
        const instance = tag.ready.pop();
        if (!instance) break;
        if (instance.state !== 'queued' || instance.submitted) continue;
        tag.held++;
        taken.push(instance);
      }
    }
    return taken;
  }

  /** The cluster has one that was not taken from here. */
  hold(instance: LiveInstance): void {
    this.#tag(instance.planned.component).held++;
  }

  /** The cluster is done with one. */
  release(instance: LiveInstance): void {
    this.#tag(instance.planned.component).held--;
  }

  #tag(name: string) {
    let tag = this.#tags.get(name);
    if (!tag) {
      tag = { ready: new Heap<LiveInstance>(longestFirst), held: 0 };
      this.#tags.set(name, tag);
    }
    return tag;
  }
}

function longestFirst(a: LiveInstance, b: LiveInstance): number {
  return (
    Number(b.urgent) - Number(a.urgent) ||
    (b.predictedSeconds ?? 0) - (a.predictedSeconds ?? 0) ||
    a.at - b.at
  );
}
