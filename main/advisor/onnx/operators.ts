import { unusable } from './model-error.ts';
import { DATA_TYPE, ML_DOMAIN, type OnnxNode, type OnnxTensor } from './onnx-graph.ts';
import { type Ensemble, readEnsemble } from './read-ensemble.ts';

/** A matrix of `rows` × its width, row by row. */
export type Cells = Float64Array;

/** A node that is checked: how wide its answer is, and how to compute it from earlier values. */
export interface Compiled {
  readonly width: number;
  readonly run: (value: (name: string) => Cells, rows: number) => Cells;
}

type Compile = (operands: Operands) => Compiled;

/** All that our models need; nothing here reads files, loops or allocates more than its answer. */
const OPERATORS: ReadonlyMap<string, Compile> = new Map<string, Compile>([
  ['Identity', (o) => elementwise(o, 1, (a) => a)],
  ['Exp', (o) => elementwise(o, 1, Math.exp)],
  ['Log', (o) => elementwise(o, 1, Math.log)],
  ['Add', (o) => elementwise(o, 2, (a, b) => a + b)],
  ['Mul', (o) => elementwise(o, 2, (a, b) => a * b)],
  ['Min', (o) => elementwise(o, 2, Math.min)],
  ['Max', (o) => elementwise(o, 2, Math.max)],
  ['Cast', cast],
  ['Gather', gather],
  ['Concat', concat],
  ['Gemm', gemm],
]);

const ML_OPERATORS: ReadonlyMap<string, Compile> = new Map([['TreeEnsembleRegressor', trees]]);

/** Checks a node against what was computed before it. @throws AppError `E_MODEL_FILE`, for any operator not listed */
export function compileNode(
  node: OnnxNode,
  widths: ReadonlyMap<string, number>,
  constants: ReadonlyMap<string, OnnxTensor>,
): Compiled {
  const known = node.domain === '' ? OPERATORS : node.domain === ML_DOMAIN ? ML_OPERATORS : null;
  const compile = known?.get(node.op);
  if (compile) return compile(new Operands(node, widths, constants));
  throw unusable(`it uses the operator ${`${node.domain} ${node.op}`.trim()}, which is not allowed`);
}

/** The inputs of a node, each either a matrix computed before or a constant. */
class Operands {
  readonly node: OnnxNode;
  readonly #widths: ReadonlyMap<string, number>;
  readonly #constants: ReadonlyMap<string, OnnxTensor>;

  constructor(
    node: OnnxNode,
    widths: ReadonlyMap<string, number>,
    constants: ReadonlyMap<string, OnnxTensor>,
  ) {
    this.node = node;
    this.#widths = widths;
    this.#constants = constants;
  }

  /** @throws unless there are so many inputs, and exactly these attributes */
  expect(inputs: number, attributes: Readonly<Record<string, number>> = {}): void {
    const { node } = this;
    const names = Object.keys(attributes);
    const fits = names.every((name) => {
      const attribute = node.attributes.get(name);
      return attribute?.kind === 'int' && attribute.value === attributes[name];
    });
    if (node.inputs.length !== inputs || !fits || node.attributes.size !== names.length)
      throw unusable(`its operator ${node.op} is used in a way that is not understood`);
  }

  matrix(index: number): { readonly name: string; readonly width: number } {
    const name = this.node.inputs[index] ?? '';
    const width = this.#widths.get(name);
    if (width === undefined) throw unusable(`${this.node.op} reads ${name}, which is not computed before`);
    return { name, width };
  }

  /** Null when the input is computed, not constant. */
  constant(index: number): OnnxTensor | null {
    return this.#constants.get(this.node.inputs[index] ?? '') ?? null;
  }

  constantOf(index: number, type: OnnxTensor['type'], dims: readonly (number | null)[]): Float64Array {
    const tensor = this.constant(index);
    const fits =
      tensor?.type === type &&
      tensor.dims.length === dims.length &&
      tensor.dims.every((dim, d) => dims[d] === null || dims[d] === dim);
    if (!tensor || !fits) throw unusable(`${this.node.op} needs a constant of another shape`);
    return tensor.values;
  }
}

/** The first input is a matrix; the second a matrix of the same width, or a constant row of that width or of 1. */
function elementwise(operands: Operands, inputs: 1 | 2, combine: (a: number, b: number) => number): Compiled {
  operands.expect(inputs);
  const { name, width } = operands.matrix(0);
  if (inputs === 1) return { width, run: (value) => value(name).map((a) => combine(a, 0)) };
  const tensor = operands.constant(1);
  if (tensor) {
    const row = operands.constantOf(1, 'double', [1, tensor.dims[1] === 1 ? 1 : width]);
    return { width, run: (value) => value(name).map((a, i) => combine(a, row[i % row.length] as number)) };
  }
  const other = operands.matrix(1);
  if (other.width !== width) throw unusable(`${operands.node.op} joins what does not fit`);
  return {
    width,
    run: (value) => {
      const second = value(other.name);
      return value(name).map((a, i) => combine(a, second[i] as number));
    },
  };
}

/** To 32 bits and back; here every value is a double that may hold a rounded one. */
function cast(operands: Operands): Compiled {
  const { name, width } = operands.matrix(0);
  const to = operands.node.attributes.get('to');
  const type = to?.kind === 'int' ? to.value : 0;
  operands.expect(1, { to: type });
  if (type !== DATA_TYPE.float && type !== DATA_TYPE.double) throw unusable(`it casts to type ${type}`);
  return { width, run: (value) => (type === DATA_TYPE.float ? value(name).map(Math.fround) : value(name)) };
}

function gather(operands: Operands): Compiled {
  operands.expect(2, { axis: 1 });
  const { name, width } = operands.matrix(0);
  const columns = operands.constantOf(1, 'int64', [null]);
  if (columns.length === 0 || !columns.every((c) => c >= 0 && c < width))
    throw unusable('it reads columns that do not exist');
  return {
    width: columns.length,
    run: (value, rows) => {
      const cells = value(name);
      const taken = new Float64Array(rows * columns.length);
      for (let r = 0, at = 0; r < rows; r++)
        for (const c of columns) taken[at++] = cells[r * width + c] as number;
      return taken;
    },
  };
}

function concat(operands: Operands): Compiled {
  const count = operands.node.inputs.length;
  operands.expect(Math.max(1, count), { axis: 1 });
  const parts = operands.node.inputs.map((_, i) => operands.matrix(i));
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  return {
    width,
    run: (value, rows) => {
      const joined = new Float64Array(rows * width);
      let offset = 0;
      for (const part of parts) {
        const cells = value(part.name);
        for (let r = 0; r < rows; r++)
          joined.set(cells.subarray(r * part.width, (r + 1) * part.width), r * width + offset);
        offset += part.width;
      }
      return joined;
    },
  };
}

/** A weighted sum of the columns: matrix × column + number. */
function gemm(operands: Operands): Compiled {
  operands.expect(3);
  const { name, width } = operands.matrix(0);
  const weights = operands.constantOf(1, 'double', [width, 1]);
  const [offset = 0] = operands.constantOf(2, 'double', [1]);
  return {
    width: 1,
    run: (value, rows) => {
      const cells = value(name);
      return Float64Array.from({ length: rows }, (_, r) => {
        let sum = 0;
        for (let c = 0; c < width; c++) sum += (cells[r * width + c] as number) * (weights[c] as number);
        return sum + offset;
      });
    },
  };
}

/** Two columns a row, each rounded to 32 bits as the operator's answer is. */
function trees(operands: Operands): Compiled {
  const { name, width } = operands.matrix(0);
  if (operands.node.inputs.length !== 1) throw unusable('its trees have more than one input');
  const ensemble = readEnsemble(operands.node, width);
  return {
    width: 2,
    run: (value, rows) => {
      const cells = value(name);
      const sums = new Float64Array(2 * rows);
      addTrees(ensemble, cells, width, sums);
      return sums.map(Math.fround);
    },
  };
}

/** Tree by tree, not row by row: one tree stays in the processor's cache while all rows walk it. */
function addTrees({ trees, rest }: Ensemble, cells: Cells, width: number, sums: Float64Array): void {
  const { roots, feature, threshold, left, right, value } = trees;
  for (let t = 0; t < roots.length; t++)
    for (let from = 0, to = 0; to < sums.length; from += width, to += 2) {
      let node = roots[t] as number;
      for (let column = feature[node] as number; column >= 0; column = feature[node] as number)
        node = (
          (cells[from + column] as number) <= (threshold[node] as number) ? left[node] : right[node]
        ) as number;
      sums[to] = (sums[to] as number) + (value[node] as number);
      sums[to + 1] = (sums[to + 1] as number) + (rest[node] as number);
    }
}
