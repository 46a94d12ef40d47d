import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { columnsOf } from '../data/features.ts';
import { areSoundTrees } from '../models/trees.ts';
import { IO_CLASSES } from './stages.ts';
import type { TrainedTask } from './trained-task.ts';

/** What `models/advisor.json` holds. */
export interface ModelFile {
  readonly format: 'scalable-advisor';
  readonly version: 1;
  readonly trainedAt: number;
  readonly modelType: string;
  /** Attempts in the history at the time, whatever their outcome: more of them make the models stale. */
  readonly rows: number;
  readonly tasks: readonly TrainedTask[];
}

/** Numbers of trees are many: base64 of their bytes is a third of their decimal text and exact. */
type Packed = Float64Array | Int32Array;

export function encodeModelFile(file: ModelFile): string {
  return JSON.stringify(file, (_, value: unknown) =>
    value instanceof Float64Array || value instanceof Int32Array ? pack(value) : value,
  );
}

function pack(values: Packed): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

/**
 * Reads a model file that may come from anywhere: shapes, lengths and tree links are checked before anything is used.
 * @throws AppError `E_MODEL_FILE`, `E_MODEL_NEWER`
 */
export function decodeModelFile(text: string): ModelFile {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw unreadable('it is not JSON, perhaps cut off', cause);
  }
  const version = z
    .looseObject({ format: z.literal('scalable-advisor'), version: z.number() })
    .safeParse(data);
  if (version.success && version.data.version > 1)
    throw new AppError({
      code: 'E_MODEL_NEWER',
      message: 'The stored models were made by a newer version of the app',
      hint: 'Update the app, or train again with this version.',
    });
  const read = modelFile.safeParse(data);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw unreadable(
    `${issue?.path.join('.') || 'its content'}: ${issue?.message ?? 'not understood'}`,
    read.error,
  );
}

function unreadable(why: string, cause: unknown): AppError {
  return new AppError(
    {
      code: 'E_MODEL_FILE',
      message: `The stored models cannot be read: ${why}`,
      hint: 'Train the advisor again; your recorded runs are not touched.',
    },
    { cause },
  );
}

const MOST_NUMBERS = 20_000_000;

function packed<T extends Packed>(bytesEach: number, make: (bytes: ArrayBuffer) => T) {
  return z
    .string()
    .max(MOST_NUMBERS * bytesEach * 1.4)
    .transform((text, context): T => {
      const bytes = Buffer.from(text, 'base64');
      if (bytes.byteLength % bytesEach !== 0 || bytes.toString('base64') !== text) {
        context.addIssue({ code: 'custom', message: 'the packed numbers are damaged' });
        return z.NEVER;
      }
      // A copy of its own: small buffers share memory that is not aligned.
      return make(new Uint8Array(bytes).buffer);
    });
}

const float64 = packed(8, (bytes) => new Float64Array(bytes));
const int32 = packed(4, (bytes) => new Int32Array(bytes));

const finite = z.number();
const share = z.number().min(0).max(1);
const text = z.string().max(10_000);
const scale = z.enum(['log', 'identity']);
const singleType = z.enum(['linear', 'random_forest', 'gradient_boosting', 'small']);
const column = z.number().int().min(-1).max(100_000);
const gbh = z.number().nullable();

const linear = z
  .strictObject({
    kind: z.literal('linear'),
    scale,
    columns: z.number().int().min(0).max(100_000),
    intercept: finite,
    coefficients: z.array(finite).max(1000),
    terms: z
      .array(z.strictObject({ kind: z.enum(['value', 'square', 'log', 'product']), a: column, b: column }))
      .max(1000),
    ranges: z.array(z.strictObject({ low: finite, high: finite })).max(100_000),
    low: finite,
    high: finite,
  })
  .refine(
    ({ coefficients, terms, ranges, columns }) =>
      coefficients.length === terms.length &&
      ranges.length === columns &&
      terms.every(({ kind, a, b }) => a >= 0 && a < columns && b < columns && (kind !== 'product' || b >= 0)),
    'the terms do not fit the columns',
  );

const trees = z
  .strictObject({
    kind: z.literal('trees'),
    scale,
    columns: z.number().int().min(0).max(100_000),
    base: finite,
    roots: int32,
    feature: int32,
    threshold: float64,
    left: int32,
    right: int32,
    value: float64,
  })
  .refine(areSoundTrees, 'its trees do not hang together');

export const spreadSchema = z
  .array(
    z.strictObject({ column, log: z.boolean(), slope: finite, low: finite, centre: finite, high: finite }),
  )
  .max(1000);

const residuals = z
  .strictObject({
    anchors: z.array(finite).min(1).max(100),
    quantiles: z.array(float64).min(1).max(100),
    counts: z.array(z.number().positive()),
    excesses: z.array(z.number().min(0)),
    spread: spreadSchema.exactOptional(),
  })
  .refine(
    ({ anchors, quantiles, counts, excesses }) =>
      quantiles.length === anchors.length &&
      excesses.length === anchors.length &&
      counts.length === anchors.length &&
      quantiles.every((values) => values.length === 101 && values.every(Number.isFinite)),
    'its intervals are incomplete',
  );

const stage = z.strictObject({
  stage: z.enum(['peak_memory', 'cpu_time', 'cpu_efficiency', 'wall_time', 'io_class']),
  scale,
  members: z
    .array(
      z.strictObject({
        type: singleType,
        weight: share,
        model: z.discriminatedUnion('kind', [linear, trees]),
      }),
    )
    .min(1)
    .max(10),
  residuals,
  skill: finite,
  low: finite,
  high: finite,
});

/** Files from before this was told hold none: then what they know of it is not asked for. */
const told = z.enum(['always', 'nearly always']).exactOptional();

const encoder = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('number'),
    name: text,
    fill: finite,
    missing: z.boolean(),
    low: finite,
    high: finite,
    told,
  }),
  z.strictObject({
    kind: z.literal('category'),
    name: text,
    levels: z.array(text).min(1).max(1000),
    told,
  }),
  z.strictObject({ kind: z.literal('text'), name: text }),
]);

export const featureSpaceSchema = z.strictObject({
  encoders: z.array(encoder).max(10_000),
  defaults: z.record(text, z.union([text, finite, z.boolean(), z.null()])).exactOptional(),
});

const quantile = z.strictObject({ centre: finite, residuals, rows: z.number().int().min(1) }).nullable();

const chain = z
  .strictObject({
    modelType: text,
    space: featureSpaceSchema,
    stages: z.array(stage).min(1).max(5),
  })
  .refine(({ space, stages }) => {
    const inputs = space.encoders.reduce((sum, one) => sum + columnsOf(one), 0);
    return stages.every(({ members }, i) => members.every(({ model }) => model.columns === inputs + i));
  }, 'its models do not fit its inputs');

const trainedTask = z.strictObject({
  task: text,
  component: text,
  runs: z.number().int().min(0),
  records: z.number().int().min(0),
  quantiles: z.strictObject({ memory: quantile, cpuSeconds: quantile, wallSeconds: quantile }),
  coresUsed: z.number().min(0).nullable(),
  chain: chain.nullable(),
  chosen: z.enum(['learned', 'quantile', 'manifest']),
  reason: text,
  wastage: z.strictObject({ manifest: gbh, quantile: gbh, learned: gbh }).nullable(),
  calibration: z.strictObject({
    quantile: z.array(share).length(10),
    learned: z.array(share).length(10).nullable(),
  }),
  importance: z.array(z.strictObject({ feature: text, share })).max(10_000),
  lastRequest: z.strictObject({
    cpus: z.number().int().min(1),
    memoryBytes: z.number().positive().nullable(),
    walltimeSeconds: z.number().positive().nullable(),
  }),
  instancesPerRun: z.number().int().min(1),
  targetKinds: z.array(text).max(1000).exactOptional(),
  ioClass: z.enum(IO_CLASSES).exactOptional(),
  same: z
    .array(
      z.strictObject({
        inputs: float64,
        peaks: float64.refine(
          (peaks) => peaks.length > 0 && peaks.every((peak) => peak > 0 && Number.isFinite(peak)),
          'its peaks are none',
        ),
      }),
    )
    .max(100_000)
    .exactOptional(),
});

const modelFile = z.strictObject({
  format: z.literal('scalable-advisor'),
  version: z.literal(1),
  trainedAt: z.number(),
  modelType: text,
  rows: z.number().int().min(0),
  tasks: z.array(trainedTask).max(100_000),
});
