import type { TreesData } from '../models/trees.ts';
import { ML_DOMAIN, type OnnxAttribute, type OnnxNode } from './onnx-graph.ts';

/**
 * Flat trees as a `TreeEnsembleRegressor`. Thresholds are doubles, exactly ours: as 32-bit numbers they, and sizes in
 * bytes, would be rounded past each other. The operator answers in 32 bits, too coarse for what the next stage compares
 * with its own thresholds; so every leaf gives two numbers: a multiple of a quantum so large that no sum of them needs
 * rounding, and the rest. Added as doubles, they are the sum to about 1e-12.
 */
export function treeEnsemble(data: TreesData, input: string, output: string): OnnxNode {
  const nodes = data.feature.length;
  const quantum = quantumOf(data);
  const { treeOf, idOf } = placesOf(data);
  const isLeaf = (node: number) => (data.feature[node] as number) < 0;
  const leaves = indices(nodes).filter(isLeaf);
  const weights = new Float64Array(2 * leaves.length);
  leaves.forEach((leaf, i) => {
    const value = data.value[leaf] as number;
    const coarse = Math.round(value / quantum) * quantum;
    weights[2 * i] = coarse;
    weights[2 * i + 1] = value - coarse;
  });
  const twice = (of: (leaf: number) => number) =>
    Int32Array.from(weights, (_, i) => of(leaves[i >> 1] as number));
  const ints = (of: (node: number) => number): OnnxAttribute => ({
    kind: 'ints',
    value: Int32Array.from({ length: nodes }, (_, node) => of(node)),
  });
  const child = (links: Int32Array) => (node: number) =>
    isLeaf(node) ? 0 : (idOf[links[node] as number] as number);
  return {
    op: 'TreeEnsembleRegressor',
    domain: ML_DOMAIN,
    inputs: [input],
    outputs: [output],
    attributes: new Map<string, OnnxAttribute>([
      ['n_targets', { kind: 'int', value: 2 }],
      ['nodes_treeids', { kind: 'ints', value: treeOf }],
      ['nodes_nodeids', { kind: 'ints', value: idOf }],
      ['nodes_featureids', ints((node) => (isLeaf(node) ? 0 : (data.feature[node] as number)))],
      [
        'nodes_values_as_tensor',
        {
          kind: 'tensor',
          value: {
            type: 'double',
            dims: [nodes],
            values: data.threshold.map((value, node) => (isLeaf(node) ? 0 : value)),
          },
        },
      ],
      [
        'nodes_modes',
        { kind: 'strings', value: indices(nodes).map((node) => (isLeaf(node) ? 'LEAF' : 'BRANCH_LEQ')) },
      ],
      ['nodes_truenodeids', ints(child(data.left))],
      ['nodes_falsenodeids', ints(child(data.right))],
      ['target_treeids', { kind: 'ints', value: twice((leaf) => treeOf[leaf] as number) }],
      ['target_nodeids', { kind: 'ints', value: twice((leaf) => idOf[leaf] as number) }],
      ['target_ids', { kind: 'ints', value: Int32Array.from(weights, (_, i) => i % 2) }],
      [
        'target_weights_as_tensor',
        { kind: 'tensor', value: { type: 'double', dims: [weights.length], values: weights } },
      ],
    ]),
  };
}

/** Sums of multiples of it, one leaf a tree, fit the 24 bits of a 32-bit number. */
function quantumOf({ roots, value }: TreesData): number {
  let bound = 0;
  for (let t = 0; t < roots.length; t++) {
    let largest = 0;
    for (let node = roots[t] as number; node < (roots[t + 1] ?? value.length); node++)
      largest = Math.max(largest, Math.abs(value[node] as number));
    bound += largest;
  }
  return 2 ** (Math.ceil(Math.log2(Math.max(bound, 1e-30))) - 22);
}

/** Which tree a node stands in, and its number there. */
function placesOf({ roots, feature }: TreesData) {
  const treeOf = new Int32Array(feature.length);
  const idOf = new Int32Array(feature.length);
  let tree = 0;
  for (let node = 0; node < feature.length; node++) {
    while (node >= (roots[tree + 1] ?? Number.POSITIVE_INFINITY)) tree++;
    treeOf[node] = tree;
    idOf[node] = node - (roots[tree] as number);
  }
  return { treeOf, idOf };
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
