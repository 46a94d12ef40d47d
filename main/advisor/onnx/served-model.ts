import type { Interval } from '../../telemetry/events.ts';
import { unfamiliarInputs } from '../data/domain.ts';
import { encode, type KnownBefore } from '../data/features.ts';
import { lowerResidual, upperResidual } from '../data/predictive.ts';
import { clamp } from '../data/statistics.ts';
import { NOMINAL_COVERAGE } from '../training/out-of-fold.ts';
import { fromScale, type StageName, toScale } from '../training/stages.ts';
import { compileGraph, runProgram } from './compile-graph.ts';
import { decodeOnnx } from './decode-onnx.ts';
import { type ModelDescription, readDescription } from './model-description.ts';

/** Which engine computes: both agree to far more than 1e-4. */
export type Runtime = 'onnxruntime' | 'builtin';

/** What a model says of one instance. */
export interface ModelPrediction {
  readonly stages: Readonly<Partial<Record<StageName, Interval>>>;
  /** Why it should not be believed here: inputs outside what was learned from. */
  readonly doubts: readonly string[];
}

/** Runs `rows` rows of encoded inputs; answers one column per stage. */
export type RunGraph = (cells: Float64Array, rows: number) => Promise<ReadonlyMap<string, Float64Array>>;

export interface CheckedModel {
  readonly description: ModelDescription;
  /** Computes with the built-in evaluator. */
  readonly run: RunGraph;
}

/** Every check a file must pass before anything computes with it. @throws AppError `E_MODEL_FILE` */
export function checkModel(bytes: Uint8Array): CheckedModel {
  const file = decodeOnnx(bytes);
  const description = readDescription(file);
  const program = compileGraph(file);
  return {
    description,
    run: async (cells, rows) => runProgram(program, file.graph.input.name, cells, rows),
  };
}

/** Encodes instances, runs the graph, and adds the intervals. */
export async function predictAll(
  model: ModelDescription,
  run: RunGraph,
  instances: readonly KnownBefore[],
): Promise<ModelPrediction[]> {
  const width = model.columns.length;
  const cells = new Float64Array(instances.length * width);
  for (const [row, known] of instances.entries()) cells.set(encode(model.space, known), row * width);
  const columns = await run(cells, instances.length);
  return instances.map((known, row) => ({
    stages: Object.fromEntries(
      model.stages.map((stage) => [
        stage.stage,
        intervalOf(
          stage,
          columns.get(stage.stage)?.[row] ?? Number.NaN,
          cells.subarray(row * width, (row + 1) * width),
        ),
      ]),
    ),
    doubts: unfamiliarInputs(model.space, known),
  }));
}

const TAIL = (1 - NOMINAL_COVERAGE) / 2;

function intervalOf(
  { scale, residuals }: ModelDescription['stages'][number],
  value: number,
  inputs: Float64Array,
): Interval {
  const answer = toScale(scale, value);
  const packed = { ...residuals, quantiles: residuals.quantiles as unknown as readonly Float64Array[] };
  const low = fromScale(scale, answer + lowerResidual(packed, answer, TAIL, inputs));
  const high = fromScale(scale, answer + upperResidual(packed, answer, 1 - TAIL, inputs));
  return { low, point: clamp(value, low, high), high };
}
