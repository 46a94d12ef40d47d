import { areSoundTrees, type TreesData } from '../models/trees.ts';
import { unusable } from './model-error.ts';
import type { OnnxNode } from './onnx-graph.ts';

/** Two answers a tree: see `treeEnsemble`. */
export interface Ensemble {
  readonly trees: TreesData;
  /** The second number of every leaf; `trees.value` is the first. */
  readonly rest: Float64Array;
}

/** What an ensemble may say; anything else could mean another sum than ours. */
const KNOWN: ReadonlySet<string> = new Set([
  'n_targets',
  'nodes_treeids',
  'nodes_nodeids',
  'nodes_featureids',
  'nodes_values_as_tensor',
  'nodes_modes',
  'nodes_truenodeids',
  'nodes_falsenodeids',
  'target_treeids',
  'target_nodeids',
  'target_ids',
  'target_weights_as_tensor',
]);

/**
 * A `TreeEnsembleRegressor` back as flat trees, every link checked: no runtime is given trees that walk in circles or
 * out of their lists. @throws AppError `E_MODEL_FILE`
 */
export function readEnsemble(node: OnnxNode, columns: number): Ensemble {
  for (const name of node.attributes.keys())
    if (!KNOWN.has(name)) throw unusable(`its trees have ${name}, which is not understood`);
  const treeIds = ints(node, 'nodes_treeids');
  const nodes = treeIds.length;
  const nodeIds = ints(node, 'nodes_nodeids', nodes);
  const featureIds = ints(node, 'nodes_featureids', nodes);
  const trueIds = ints(node, 'nodes_truenodeids', nodes);
  const falseIds = ints(node, 'nodes_falsenodeids', nodes);
  const modes = strings(node, 'nodes_modes', nodes);
  const roots = rootsOf(treeIds, nodeIds);
  const start = (i: number) => roots[treeIds[i] as number] as number;
  const isLeaf = (i: number) => modes[i] === 'LEAF';
  const end = (i: number) => roots[(treeIds[i] as number) + 1] ?? nodes;
  const link = (ids: ArrayLike<number>) =>
    Int32Array.from({ length: nodes }, (_, i) => {
      if (isLeaf(i)) return -1;
      const target = start(i) + (ids[i] as number);
      // Beyond its own tree is as wrong as beyond all of them.
      return target < end(i) ? target : -1;
    });
  const first = new Float64Array(nodes).fill(Number.NaN);
  const rest = new Float64Array(nodes).fill(Number.NaN);
  readTargets(node, { roots, nodes, isLeaf, first, rest });
  const trees: TreesData = {
    kind: 'trees',
    scale: 'identity',
    columns,
    base: 0,
    roots,
    feature: Int32Array.from({ length: nodes }, (_, i) => (isLeaf(i) ? -1 : (featureIds[i] as number))),
    threshold: doubles(node, 'nodes_values_as_tensor', nodes),
    left: link(trueIds),
    right: link(falseIds),
    value: first.map((value, i) => (isLeaf(i) ? value : 0)),
  };
  const columnsFit = Array.prototype.every.call(featureIds, (c: number) => c >= 0 && c < columns);
  if (!columnsFit || !areSoundTrees(trees) || !rest.every((value, i) => !isLeaf(i) || Number.isFinite(value)))
    throw unusable('its trees do not hang together');
  return { trees, rest };
}

/** Nodes stand tree by tree, numbered from 0 in each. */
function rootsOf(treeIds: ArrayLike<number>, nodeIds: ArrayLike<number>): Int32Array {
  const roots: number[] = [];
  for (let i = 0; i < treeIds.length; i++) {
    if (treeIds[i] === roots.length) roots.push(i);
    const root = roots.at(-1);
    if (root === undefined || treeIds[i] !== roots.length - 1 || nodeIds[i] !== i - root)
      throw unusable('its trees are not in order');
  }
  if (roots.length === 0) throw unusable('it has a forest without trees');
  return Int32Array.from(roots);
}

function readTargets(
  node: OnnxNode,
  into: {
    readonly roots: Int32Array;
    readonly nodes: number;
    readonly isLeaf: (node: number) => boolean;
    readonly first: Float64Array;
    readonly rest: Float64Array;
  },
): void {
  const trees = ints(node, 'target_treeids');
  const ids = ints(node, 'target_nodeids', trees.length);
  const targets = ints(node, 'target_ids', trees.length);
  const weights = doubles(node, 'target_weights_as_tensor', trees.length);
  if (int(node, 'n_targets') !== 2) throw unusable('its trees do not give two numbers');
  for (let i = 0; i < trees.length; i++) {
    const leaf = (into.roots[trees[i] as number] ?? into.nodes) + (ids[i] as number);
    const list = targets[i] === 0 ? into.first : into.rest;
    const isTarget = targets[i] === 0 || targets[i] === 1;
    if (!isTarget || !(leaf >= 0 && leaf < into.nodes) || !into.isLeaf(leaf) || !Number.isNaN(list[leaf]))
      throw unusable('its trees have leaves that do not fit');
    list[leaf] = weights[i] as number;
  }
}

function ints(node: OnnxNode, name: string, length?: number): ArrayLike<number> {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== 'ints' || attribute.value.length !== (length ?? attribute.value.length))
    throw unusable(`its trees lack ${name}`);
  return attribute.value;
}

function int(node: OnnxNode, name: string): number | null {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? attribute.value : null;
}

function strings(node: OnnxNode, name: string, length: number): readonly string[] {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== 'strings' || attribute.value.length !== length)
    throw unusable(`its trees lack ${name}`);
  return attribute.value;
}

function doubles(node: OnnxNode, name: string, length: number): Float64Array {
  const attribute = node.attributes.get(name);
  if (
    attribute?.kind !== 'tensor' ||
    attribute.value.type !== 'double' ||
    attribute.value.values.length !== length
  )
    throw unusable(`its trees lack ${name}`);
  return attribute.value.values;
}
