/**
 * The part of ONNX that our models need, as plain data: one matrix of doubles in (rows × columns), one column out per
 * answer. Numbers and names are those of `onnx.proto`.
 */
export interface OnnxFile {
  readonly irVersion: number;
  /** Version of each operator set by domain; the empty domain is ONNX itself. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  readonly metadata: ReadonlyMap<string, string>;
}

export interface OnnxGraph {
  readonly input: { readonly name: string; readonly columns: number };
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
}

export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export type OnnxTensor =
  | { readonly type: 'double'; readonly dims: readonly number[]; readonly values: Float64Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly values: Float64Array };

export type OnnxAttribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'ints'; readonly value: ArrayLike<number> }
  | { readonly kind: 'strings'; readonly value: readonly string[] };

/** What is written: ONNX 1.11 and later read it, so do all runtimes since 2022. */
export const IR_VERSION = 8;
export const ML_DOMAIN = 'ai.onnx.ml';
export const OPSETS: ReadonlyMap<string, number> = new Map([
  ['', 15],
  [ML_DOMAIN, 3],
]);

/** `TensorProto.DataType`. */
export const DATA_TYPE = { float: 1, int64: 7, double: 11 } as const;

/** `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPE = { int: 2, string: 3, tensor: 4, ints: 7, strings: 8 } as const;

/** Kinds of nodes in our trees. */
export const NODE_MODES = ['BRANCH_LEQ', 'LEAF'] as const;

/** A file may be no larger, and its lists together no longer: a bomb is refused before it costs memory. */
export const MOST_BYTES = 256 * 2 ** 20;
export const MOST_ITEMS = 24_000_000;

/** All values of a graph together may be no wider: some thousand rows at once stay below half a gigabyte. */
export const MOST_WIDTH = 20_000;
