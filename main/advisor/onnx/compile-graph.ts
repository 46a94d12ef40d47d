import { unusable } from './model-error.ts';
import { IR_VERSION, MOST_WIDTH, type OnnxFile, OPSETS } from './onnx-graph.ts';
import { type Cells, type Compiled, compileNode } from './operators.ts';

/** One node, ready to run. */
interface Step extends Compiled {
  readonly output: string;
}

export interface Program {
  readonly columns: number;
  readonly steps: readonly Step[];
  readonly outputs: readonly string[];
}

/**
 * Checks a graph and makes it ready to run without ONNX Runtime. Both in one, so that what is checked is what is known
 * to work: operators, their inputs, every dimension, every index. A graph that passes holds no surprise for a runtime.
 * @throws AppError `E_MODEL_FILE`
 */
export function compileGraph({ irVersion, opsets, graph }: OnnxFile): Program {
  for (const [domain, version] of opsets)
    if (OPSETS.get(domain) !== version)
      throw unusable(`it is written for version ${version} of the operators ${domain || 'of ONNX'}`);
  if (irVersion !== IR_VERSION || opsets.size !== OPSETS.size)
    throw unusable(`it is of format version ${irVersion}, not ${IR_VERSION}`);
  const { input, constants } = graph;
  if (!(input.columns >= 1 && input.columns <= MOST_WIDTH)) throw unusable('its input has no fixed width');
  const widths = new Map([[input.name, input.columns]]);
  if (constants.has(input.name)) throw unusable('its input is a constant');
  let total = 0;
  const steps = graph.nodes.map((node): Step => {
    const [output] = node.outputs;
    if (output === undefined || node.outputs.length > 1 || output === '')
      throw unusable('a node answers nothing');
    if (widths.has(output) || constants.has(output)) throw unusable(`it computes ${output} twice`);
    const step = { output, ...compileNode(node, widths, constants) };
    widths.set(output, step.width);
    total += step.width;
    if (total > MOST_WIDTH) throw unusable('it is too wide');
    return step;
  });
  for (const output of graph.outputs)
    if (widths.get(output) !== 1) throw unusable(`its answer ${output} is not a column`);
  return { columns: input.columns, steps, outputs: graph.outputs };
}

/** Runs a program on `rows` rows of `program.columns` cells. Answers one column per output. */
export function runProgram(
  program: Program,
  input: string,
  cells: Cells,
  rows: number,
): ReadonlyMap<string, Cells> {
  const values = new Map([[input, cells]]);
  const value = (name: string) => values.get(name) ?? new Float64Array();
  for (const step of program.steps) values.set(step.output, step.run(value, rows));
  return new Map(program.outputs.map((name) => [name, value(name)]));
}
