import type { Fitted, Scale } from './model.ts';

/**
 * Many regression trees in flat arrays, one entry a node; forests and boosting differ only in their leaf values.
 * A node with `feature` −1 is a leaf and answers `value`; else a row goes left where its column is at most
 * `threshold`. Children stand after their parent, so that every walk ends.
 */
export interface TreesData {
  readonly kind: 'trees';
  readonly scale: Scale;
  readonly columns: number;
  /** Added to the sum over all trees. */
  readonly base: number;
  /** First node of each tree. */
  readonly roots: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly value: Float64Array;
}

export function treesModel(data: TreesData): Fitted {
  return { data, predictRow: (row) => predictTrees(data, row) };
}

function predictTrees(
  { roots, feature, threshold, left, right, value, base, scale }: TreesData,
  row: Float64Array,
): number {
  let sum = base;
  for (let t = 0; t < roots.length; t++) {
    let node = roots[t] as number;
    for (let column = feature[node] as number; column >= 0; column = feature[node] as number) {
      node = ((row[column] as number) <= (threshold[node] as number) ? left[node] : right[node]) as number;
    }
    sum += value[node] as number;
  }
  return scale === 'log' ? Math.exp(sum) : sum;
}

/** Collects nodes tree by tree. */
export class TreesBuilder {
  readonly #roots: number[] = [];
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #value: number[] = [];

  beginTree(): void {
    this.#roots.push(this.#feature.length);
  }

  /** A leaf until it is split; the answer is its index. */
  addNode(value: number): number {
    this.#feature.push(-1);
    this.#threshold.push(0);
    this.#left.push(-1);
    this.#right.push(-1);
    return this.#value.push(value) - 1;
  }

  split(node: number, feature: number, threshold: number, left: number, right: number): void {
    this.#feature[node] = feature;
    this.#threshold[node] = threshold;
    this.#left[node] = left;
    this.#right[node] = right;
  }

  setValue(node: number, value: number): void {
    this.#value[node] = value;
  }

  valueOf(node: number): number {
    return this.#value[node] as number;
  }

  /** What the newest tree answers for one row of `columns`. */
  newestAnswer(columns: readonly Float64Array[], row: number): number {
    let node = this.#roots.at(-1) as number;
    for (let column = this.#feature[node] as number; column >= 0; column = this.#feature[node] as number) {
      const value = (columns[column] as Float64Array)[row] as number;
      node = (value <= (this.#threshold[node] as number) ? this.#left[node] : this.#right[node]) as number;
    }
    return this.#value[node] as number;
  }

  /** Drops what was built after the first `trees` trees. */
  build(options: { scale: Scale; columns: number; base: number; trees?: number }): TreesData {
    const { scale, columns, base, trees = this.#roots.length } = options;
    const end = this.#roots[trees] ?? this.#feature.length;
    return {
      kind: 'trees',
      scale,
      columns,
      base,
      roots: Int32Array.from(this.#roots.slice(0, trees)),
      feature: Int32Array.from(this.#feature.slice(0, end)),
      threshold: Float64Array.from(this.#threshold.slice(0, end)),
      left: Int32Array.from(this.#left.slice(0, end)),
      right: Int32Array.from(this.#right.slice(0, end)),
      value: Float64Array.from(this.#value.slice(0, end)),
    };
  }
}

/**
 * Whether trees stay inside their arrays and never walk in circles: a model file may come from anywhere.
 */
export function areSoundTrees(data: TreesData): boolean {
  const nodes = data.feature.length;
  const isNode = (index: number | undefined) => index !== undefined && index >= 0 && index < nodes;
  return (
    [data.threshold, data.left, data.right, data.value].every((list) => list.length === nodes) &&
    data.roots.every(isNode) &&
    data.value.every(Number.isFinite) &&
    data.threshold.every(Number.isFinite) &&
    data.feature.every((feature, node) => {
      if (feature < 0) return true;
      const left = data.left[node];
      const right = data.right[node];
      return (
        feature < data.columns && isNode(left) && isNode(right) && Number(left) > node && Number(right) > node
      );
    })
  );
}
