import { columnNames } from '../data/features.ts';
import { inRange, type Range, type Term } from '../models/basis.ts';
import type { LinearData } from '../models/linear.ts';
import type { TreesData } from '../models/trees.ts';
import type { TrainedChain, TrainedStage } from '../training/trained-task.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from './onnx-graph.ts';
import { DATA_TYPE } from './onnx-graph.ts';
import { treeEnsemble } from './tree-ensemble.ts';

export const INPUT = 'inputs';

/** Nodes that hand an answer to the next stage; after the last one there is none. */
const PASSING_ON = 3;

/** Logarithms of what is not positive are those of this. */
const LEAST_POSITIVE = 1e-300;

/**
 * A task's whole chain as one graph: from the encoded inputs to one column per stage, in the stage's unit. Computed in
 * doubles, because products of sizes in bytes leave 32 bits behind.
 */
export function chainGraph({ space, stages }: TrainedChain): OnnxGraph {
  const graph = new GraphBuilder();
  let cells = INPUT;
  for (const stage of stages) {
    const answer = stageAnswer(graph, stage, cells);
    if (stage.scale === 'log') graph.add('Exp', [answer], {}, stage.stage);
    else graph.add('Identity', [answer], {}, stage.stage);
    // As `handedOn` does between the stages of the chain itself.
    const short = graph.add('Cast', [answer], { to: integer(DATA_TYPE.float) });
    const next = graph.add('Cast', [short], { to: integer(DATA_TYPE.double) });
    cells = graph.add('Concat', [cells, next], { axis: integer(1) });
  }
  return {
    input: { name: INPUT, columns: columnNames(space).length },
    outputs: stages.map(({ stage }) => stage),
    nodes: graph.nodes.slice(0, -PASSING_ON),
    constants: graph.constants,
  };
}

/** The members' weighted mean on the stage's scale, kept inside the stage's acceptable range. */
function stageAnswer(graph: GraphBuilder, stage: TrainedStage, cells: string): string {
  const parts = stage.members.map(({ weight, model }) => {
    const raw = model.kind === 'linear' ? linear(graph, model, cells) : trees(graph, model, cells);
    return graph.add('Mul', [onScale(graph, raw, model, stage), graph.row(weight)]);
  });
  const sum = parts.reduce((a, b) => graph.add('Add', [a, b]));
  const bound = (value: number) => graph.row(stage.scale === 'log' ? Math.log(value) : value);
  return graph.add('Min', [graph.add('Max', [sum, bound(stage.low)]), bound(stage.high)]);
}

/** A model's raw sum → its answer on the stage's scale. */
function onScale(
  graph: GraphBuilder,
  raw: string,
  model: LinearData | TreesData,
  { scale }: TrainedStage,
): string {
  if (model.kind === 'trees' && model.scale === 'log' && scale === 'log') return raw;
  const figure = model.scale === 'log' ? graph.add('Exp', [raw]) : raw;
  const cut =
    model.kind === 'linear'
      ? graph.add('Min', [graph.add('Max', [figure, graph.row(model.low)]), graph.row(model.high)])
      : figure;
  return scale === 'log'
    ? graph.add('Log', [graph.add('Max', [cut, graph.row(LEAST_POSITIVE)])])
    : graph.add('Min', [graph.add('Max', [cut, graph.row(0)]), graph.row(1)]);
}

function trees(graph: GraphBuilder, data: TreesData, cells: string): string {
  const pair = graph.name();
  graph.nodes.push(treeEnsemble(data, cells, pair));
  const doubles = graph.add('Cast', [pair], { to: integer(DATA_TYPE.double) });
  return graph.add('Gemm', [doubles, graph.matrix([1, 1], [2, 1]), graph.matrix([data.base], [1])]);
}

function linear(graph: GraphBuilder, data: LinearData, cells: string): string {
  if (data.terms.length === 0) {
    // The intercept alone: any column tells for how many rows.
    const column = graph.add('Gather', [cells, graph.indices([0])], { axis: integer(1) });
    return graph.add('Add', [graph.add('Mul', [column, graph.row(0)]), graph.row(data.intercept)]);
  }
  const of = (kind: Term['kind']) =>
    data.terms.flatMap((term, t) => (term.kind === kind ? [{ ...term, t }] : []));
  /** The named columns, cut to the range in which the model follows them. */
  const gather = (columns: readonly number[]) => {
    const bound = (far: number) => columns.map((c) => inRange(far, data.ranges[c] as Range));
    const taken = graph.add('Gather', [cells, graph.indices(columns)], { axis: integer(1) });
    const low = graph.matrix(bound(Number.NEGATIVE_INFINITY), [1, columns.length]);
    const high = graph.matrix(bound(Number.POSITIVE_INFINITY), [1, columns.length]);
    return graph.add('Min', [graph.add('Max', [taken, low]), high]);
  };
  const values = of('value');
  const logs = of('log');
  const products = [...of('square').map((term) => ({ ...term, b: term.a })), ...of('product')];
  const parts = [
    ...(values.length > 0 ? [gather(values.map(({ a }) => a))] : []),
    ...(logs.length > 0 ? [graph.add('Log', [gather(logs.map(({ a }) => a))])] : []),
    ...(products.length > 0
      ? [graph.add('Mul', [gather(products.map(({ a }) => a)), gather(products.map(({ b }) => b))])]
      : []),
  ];
  const design = parts.length === 1 ? (parts[0] as string) : graph.add('Concat', parts, { axis: integer(1) });
  const order = [...values, ...logs, ...products].map(({ t }) => data.coefficients[t] as number);
  return graph.add('Gemm', [
    design,
    graph.matrix(order, [order.length, 1]),
    graph.matrix([data.intercept], [1]),
  ]);
}

function integer(value: number): OnnxAttribute {
  return { kind: 'int', value };
}

/** Collects nodes and constants; values are named in order. */
class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly constants = new Map<string, OnnxTensor>();
  #names = 0;

  name(): string {
    return `v${++this.#names}`;
  }

  add(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output = this.name(),
  ): string {
    this.nodes.push({
      op,
      domain: '',
      inputs,
      outputs: [output],
      attributes: new Map(Object.entries(attributes)),
    });
    return output;
  }

  /** One number for every row. */
  row(value: number): string {
    return this.matrix([value], [1, 1]);
  }

  matrix(values: readonly number[], dims: readonly number[]): string {
    return this.#constant({ type: 'double', dims, values: Float64Array.from(values) });
  }

  indices(values: readonly number[]): string {
    return this.#constant({ type: 'int64', dims: [values.length], values: Float64Array.from(values) });
  }

  #constant(tensor: OnnxTensor): string {
    const name = this.name();
    this.constants.set(name, tensor);
    return name;
  }
}
