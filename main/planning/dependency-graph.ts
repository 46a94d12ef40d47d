import type { Params } from '../manifest/spec.ts';
import { barrierId, parseBarrier, pick } from './needs.ts';

export interface GraphNode {
  readonly id: string;
  readonly task: string;
  readonly params: Params;
  readonly needs: readonly string[];
}

/**
 * Who waits for whom. A barrier is a node of its own between its members and those who wait for it, so that the
 * number of edges stays in the order of the number of instances. Nodes are numbers: their position in the list.
 */
export class DependencyGraph {
  /** Positions that wait for a position. Undefined where nobody does. */
  readonly #dependants: (number[] | undefined)[] = [];
  #pending: number[] = [];
  readonly #nodes: number;

  /** Needs that name nothing known are taken as met: the manifest's validation has reported them. */
  constructor(nodes: readonly GraphNode[]) {
    this.#nodes = nodes.length;
    const positions = new Map<string, number>();
    nodes.forEach((node, at) => {
      positions.set(node.id, at);
    });
    const barriers = new Map<string, number>();
    for (const node of nodes) {
      for (const need of node.needs) {
        if (!barriers.has(need) && parseBarrier(need)) barriers.set(need, this.#nodes + barriers.size);
      }
    }
    for (let at = 0; at < this.#nodes + barriers.size; at++) this.#pending.push(0);
    this.#joinBarriers(nodes, barriers);
    nodes.forEach((node, at) => {
      for (const need of node.needs) {
        const from = barriers.get(need) ?? positions.get(need);
        // A barrier nobody is a member of stands open from the start.
        if (from === undefined || (from >= this.#nodes && this.#pending[from] === 0)) continue;
        this.#connect(from, at);
      }
    });
  }

  /** Remembers where it stands; the function it gives goes back there, so that one graph serves many simulations. */
  mark(): () => void {
    const pending = [...this.#pending];
    return () => {
      this.#pending = [...pending];
    };
  }

  /** How many of a position's needs are still to come. */
  pending(at: number): number {
    return this.#pending[at] ?? 0;
  }

  /** The positions that became ready because this one is done. */
  complete(at: number): number[] {
    const ready: number[] = [];
    const done = [at];
    for (let from = done.pop(); from !== undefined; from = done.pop()) {
      for (const to of this.#dependants[from] ?? []) {
        const left = (this.#pending[to] ?? 0) - 1;
        this.#pending[to] = left;
        if (left > 0) continue;
        if (to < this.#nodes) ready.push(to);
        else done.push(to);
      }
    }
    return ready;
  }

  /** Every position that directly or indirectly waits for this one. */
  following(at: number): number[] {
    const seen = new Set<number>([at]);
    for (const from of seen) for (const to of this.#dependants[from] ?? []) seen.add(to);
    seen.delete(at);
    return [...seen].filter((position) => position < this.#nodes);
  }

  /** One pass over the instances for each way of matching that is used, however many barriers there are. */
  #joinBarriers(nodes: readonly GraphNode[], barriers: ReadonlyMap<string, number>): void {
    const ways = new Map<string, Map<string, readonly string[]>>();
    for (const id of barriers.keys()) {
      const barrier = parseBarrier(id);
      if (!barrier) continue;
      const names = Object.keys(barrier.match);
      const ofTask = ways.get(barrier.task) ?? new Map<string, readonly string[]>();
      ofTask.set(names.join('\0'), names);
      ways.set(barrier.task, ofTask);
    }
    nodes.forEach((node, at) => {
      for (const names of ways.get(node.task)?.values() ?? []) {
        const barrier = barriers.get(barrierId(node.task, pick(node.params, names)));
        if (barrier !== undefined) this.#connect(at, barrier);
      }
    });
  }

  #connect(from: number, to: number): void {
    const list = this.#dependants[from];
    if (list) list.push(to);
    else this.#dependants[from] = [to];
    this.#pending[to] = (this.#pending[to] ?? 0) + 1;
  }
}
