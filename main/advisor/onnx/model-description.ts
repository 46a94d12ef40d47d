import { z } from 'zod';
import { columnNames } from '../data/features.ts';
import { featureSpaceSchema, spreadSchema } from '../training/model-file.ts';
import { STAGES } from '../training/stages.ts';
import type { TrainedTask } from '../training/trained-task.ts';
import { unusable } from './model-error.ts';
import type { OnnxFile } from './onnx-graph.ts';

const KEY = 'scalable.model';
const STEPS = 101;

const text = z.string().max(10_000);
const finite = z.number();

const stage = z.strictObject({
  stage: z.enum(['peak_memory', 'cpu_time', 'cpu_efficiency', 'wall_time', 'io_class']),
  unit: z.enum(['bytes', 'seconds', 'fraction', 'class']),
  /** `log`: learned as its logarithm, so residuals are ratios. The graph answers in the unit itself. */
  scale: z.enum(['log', 'identity']),
  /** The answer is kept between these. */
  low: finite,
  high: finite,
  /** Measured − predicted on the scale, on held-out rows, near several answers: quantiles 0, 0.01, … 1. */
  residuals: z.strictObject({
    anchors: z.array(finite).min(1).max(100),
    quantiles: z.array(z.array(finite).length(STEPS)).min(1).max(100),
    counts: z.array(z.number().positive()).max(100),
    excesses: z.array(z.number().min(0)).max(100),
    /** Factor on them: exp of Σ slope × (figure − centre), each figure, or its logarithm, cut to low … high first. */
    spread: spreadSchema.exactOptional(),
  }),
});

const description = z
  .strictObject({
    format: z.literal('scalable-onnx'),
    version: z.literal(1),
    task: text,
    component: text,
    modelType: text,
    /** How an instance becomes a row: one encoder per input, in the order of the columns. */
    space: featureSpaceSchema,
    columns: z.array(text).min(1).max(100_000),
    stages: z.array(stage).min(1).max(STAGES.length),
  })
  .refine(({ stages }) =>
    stages.every(
      ({ residuals: { anchors, quantiles, counts, excesses } }) =>
        quantiles.length === anchors.length &&
        excesses.length === anchors.length &&
        counts.length === anchors.length,
    ),
  );

/** What a graph alone cannot say: how its inputs are made, what its answers are, and how far they were off. */
export type ModelDescription = z.infer<typeof description>;

const README = `Inputs: one row per task instance, one column of doubles per name in "columns". An encoder of kind "number" gives \
its value (true 1, false 0, numeric text as a number), "fill" where there is none, and with "missing" a second column, 1 where \
there was none; one of kind "category" 1 in the column of its level, or in the last column ("other"), else 0; one of kind "text" 1 \
in the columns that its words fall into, then how many they are and the first number among them (main/advisor/data/text.ts). \
"defaults" stand in for what is not given. Outputs: one column per stage in its unit, all scales and limits applied. The value \
that an instance stays below with probability p is the output plus the p-quantile of "residuals" near it, or times its exponential \
where "scale" is "log"; anchors are on that scale. Residuals count times the factor that "spread" tells, in which column −1 is the \
answer on its scale and the others are the inputs; it stays between a third and three.`;

/** @returns the metadata of an exported file. */
export function describeModel({ task, component }: TrainedTask, chain: NonNullable<TrainedTask['chain']>) {
  const model: ModelDescription = {
    format: 'scalable-onnx',
    version: 1,
    task,
    component,
    modelType: chain.modelType,
    space: featureSpaceSchema.parse(chain.space),
    columns: columnNames(chain.space),
    stages: chain.stages.map(({ stage, scale, low, high, residuals }) => ({
      stage,
      unit: STAGES.find(({ name }) => name === stage)?.unit ?? 'fraction',
      scale,
      low,
      high,
      residuals: {
        anchors: [...residuals.anchors],
        quantiles: residuals.quantiles.map((values) => [...values]),
        counts: [...residuals.counts],
        excesses: [...residuals.excesses],
        ...(residuals.spread && { spread: [...residuals.spread] }),
      },
    })),
  };
  return new Map([
    [KEY, JSON.stringify(model)],
    ['readme', README],
  ]);
}

/** Reads the description of a file and checks that it fits the graph. @throws AppError `E_MODEL_FILE` */
export function readDescription({ metadata, graph }: OnnxFile): ModelDescription {
  const json = metadata.get(KEY);
  if (json === undefined) throw unusable('it was not exported by Scalable: nothing says what its inputs are');
  let model: ModelDescription;
  try {
    const data: unknown = JSON.parse(json);
    const other = z.looseObject({ version: z.number() }).safeParse(data);
    if (other.success && other.data.version !== 1)
      throw unusable(`it was exported by another version of the app (format ${other.data.version})`);
    model = description.parse(data);
  } catch (cause) {
    throw cause instanceof z.ZodError || cause instanceof SyntaxError
      ? unusable('its description is damaged', cause)
      : cause;
  }
  const columns = columnNames(model.space);
  const sameNames =
    columns.length === model.columns.length && columns.every((name, i) => name === model.columns[i]);
  if (!sameNames || graph.input.columns !== columns.length)
    throw unusable('its inputs are not the ones that it describes');
  if (
    graph.outputs.length !== model.stages.length ||
    !model.stages.every(({ stage }, i) => stage === graph.outputs[i])
  )
    throw unusable('its answers are not the ones that it describes');
  return model;
}
