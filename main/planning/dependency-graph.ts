import type { Params } from '../manifest/spec.ts';
import { breather } from '../platform/breather.ts';
import { type Barrier, barrierId, parseBarrier, pick } from './needs.ts';

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
  #nodes = 0;

  private constructor() {
    // Built by `of`, which lets the event loop turn meanwhile.
  }

  /** Needs that name nothing known are taken as met: the manifest's validation has reported them. */
  static async of(nodes: readonly GraphNode[]): Promise<DependencyGraph> {
    const graph = new DependencyGraph();
    const breathe = breather();
    graph.#nodes = nodes.length;
    const positions = new Map<string, number>();
    const barriers = new Map<string, number>();
    const ways = new Map<string, Map<string, readonly string[]>>();
    for (const [at, { id, needs }] of nodes.entries()) {
      positions.set(id, at);
      for (const need of needs) {
        const barrier = barriers.has(need) ? null : parseBarrier(need);
        if (!barrier) continue;
        barriers.set(need, nodes.length + barriers.size);
        addWay(ways, barrier);
      }
      await breathe();
    }
    graph.#pending = new Array<number>(nodes.length + barriers.size).fill(0);
    // One pass over the instances for each way of matching that is used, however many barriers there are.
    for (const [at, node] of nodes.entries()) {
      for (const names of ways.get(node.task)?.values() ?? []) {
        const barrier = barriers.get(barrierId(node.task, pick(node.params, names)));
        if (barrier !== undefined) graph.#connect(at, barrier);
      }
      await breathe();
    }
    const isOpen = Array.from(graph.#pending, (count) => count === 0);
    for (const [at, { needs }] of nodes.entries()) {
      for (const need of needs) {
        const from = barriers.get(need) ?? positions.get(need);
        // A barrier nobody is a member of stands open from the start.
        if (from === undefined || (from >= nodes.length && isOpen[from])) continue;
        graph.#connect(from, at);
      }
      await breathe();
    }
    return graph;
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

  #connect(from: number, to: number): void {
    const list = this.#dependants[from];
    if (list) list.push(to);
    else this.#dependants[from] = [to];
    this.#pending[to] = (this.#pending[to] ?? 0) + 1;
  }
}

function addWay(ways: Map<string, Map<string, readonly string[]>>, { task, match }: Barrier): void {
  const names = Object.keys(match);
  const ofTask = ways.get(task);
  if (ofTask) ofTask.set(names.join('\0'), names);
  else ways.set(task, new Map([[names.join('\0'), names]]));
}
