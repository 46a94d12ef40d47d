import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DependencyGraph, type GraphNode } from '../../../main/planning/dependency-graph.ts';
import { barrierId, needsOf, parseBarrier } from '../../../main/planning/needs.ts';

const node = (id: string, needs: string[] = [], params: GraphNode['params'] = {}): GraphNode => ({
  id,
  task: id.split('.')[0] ?? id,
  params,
  needs,
});

describe('needs', () => {
  it('stand for all of a task, or for those with equal parameters', () => {
    const task = {
      needs: [
        { task: 'a', matchOn: [] },
        { task: 'b', matchOn: ['x', 'y'] },
      ],
    };
    expect(needsOf(task, { y: 'z{}', x: 1, other: 2 })).toEqual(['task:a', 'task:b{"x":1,"y":"z{}"}']);
  });

  it('are read back as they were written', () => {
    const params = fc.dictionary(
      fc.string({ minLength: 1 }),
      fc.oneof(fc.string(), fc.integer(), fc.boolean()),
    );
    fc.assert(
      fc.property(params, (match) => {
        expect(parseBarrier(barrierId('simulate', match))).toEqual({ task: 'simulate', match });
      }),
    );
    expect(parseBarrier('simulate.17')).toBeNull();
  });
});

describe('a dependency graph', () => {
  it('sets an instance free when the last of its needs is done', async () => {
    const graph = await DependencyGraph.of([
      node('a.0'),
      node('a.1'),
      node('b.0', ['task:a']),
      node('c.0', ['b.0', 'a.0']),
    ]);
    expect([0, 1, 2, 3].map((at) => graph.pending(at))).toEqual([0, 0, 1, 2]);
    expect(graph.complete(0)).toEqual([]);
    expect(graph.complete(1)).toEqual([2]);
    expect(graph.complete(2)).toEqual([3]);
  });

  it('does not wait for a task without instances', async () => {
    const graph = await DependencyGraph.of([node('b.0', ['task:a'])]);
    expect(graph.pending(0)).toBe(0);
  });

  it('knows everybody who waits, also indirectly', async () => {
    const graph = await DependencyGraph.of([
      node('a.0', [], { s: 1 }),
      node('a.1', [], { s: 2 }),
      node('b.0', ['task:a{"s":1}'], { s: 1 }),
      node('b.1', ['task:a{"s":2}'], { s: 2 }),
      node('c.0', ['task:b']),
    ]);
    expect(graph.following(0).sort()).toEqual([2, 4]);
    expect(graph.following(4)).toEqual([]);
  });

  it('goes through any layered campaign completely, and never before its needs', async () => {
    const layers = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(layers, async (sizes) => {
        const nodes = sizes.flatMap((size, layer) =>
          Array.from({ length: size }, (_, i) =>
            node(`t${layer}.${i}`, layer === 0 ? [] : [`task:t${layer - 1}`]),
          ),
        );
        const graph = await DependencyGraph.of(nodes);
        const ready = nodes.flatMap((_, at) => (graph.pending(at) === 0 ? [at] : []));
        const order: number[] = [];
        for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
          order.push(at);
          ready.push(...graph.complete(at));
        }
        expect([...order].sort((a, b) => a - b)).toEqual(nodes.map((_, at) => at));
        const layersInOrder = order.map((at) => Number(nodes[at]?.task.slice(1)));
        expect(layersInOrder).toEqual([...layersInOrder].sort((a, b) => a - b));
      }),
    );
  });

  it('takes 100,000 instances that all need all of another task', async () => {
    const nodes = [
      ...Array.from({ length: 50_000 }, (_, i) => node(`a.${i}`, [], { s: i % 2 })),
      ...Array.from({ length: 50_000 }, (_, i) =>
        node(`b.${i}`, ['task:a', `task:a{"s":${i % 2}}`], { s: i % 2 }),
      ),
    ];
    const began = performance.now();
    const graph = await DependencyGraph.of(nodes);
    const freed = nodes.slice(0, 50_000).flatMap((_, at) => graph.complete(at));
    expect(freed).toHaveLength(50_000);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('stands where it stood after a simulation', async () => {
    const graph = await DependencyGraph.of([node('a.0'), node('b.0', ['a.0'])]);
    const rewind = graph.mark();
    expect(graph.complete(0)).toEqual([1]);
    rewind();
    expect(graph.complete(0)).toEqual([1]);
  });
});
