import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { TrainingReport } from '../training-report.ts';

const number = z.number();
const maybe = number.nullable();
const text = z.string().max(10_000);
const threeWays = z.strictObject({ manifest: maybe, quantile: maybe, learned: maybe });
const scores = { rows: number, mae: number, rmse: number, r2: maybe, mape: maybe, coverage: maybe };
const importance = z.array(z.strictObject({ feature: text, share: number })).max(10_000);

const fold = { ...scores, pinball: maybe.optional() };
const folds = z.array(z.strictObject({ fold: number, ...fold })).max(1000);

const stage = z.strictObject({
  stage: z.enum(['peak_memory', 'cpu_time', 'cpu_efficiency', 'wall_time', 'io_class']),
  unit: z.enum(['bytes', 'seconds', 'fraction', 'class']),
  mae: number,
  rmse: number,
  r2: maybe,
  mape: maybe,
  coverage: maybe,
  nominalCoverage: number,
  folds,
  points: z
    .array(z.strictObject({ predicted: number, measured: number, low: number, high: number }))
    .max(2000),
  importance,
  accuracy: number.optional(),
  pinball: maybe.optional(),
  calibration: z
    .array(z.strictObject({ nominal: number, empirical: number }))
    .max(100)
    .optional(),
  timeOrdered: z.strictObject({ ...fold, folds }).optional(),
});

const drift = z.strictObject({
  kind: z.enum(['none', 'inputs', 'needs']),
  sentence: text,
  recentRows: number,
  shift: maybe,
  inputs: z.array(z.strictObject({ feature: text, psi: number })).max(10_000),
});

const domain = z.discriminatedUnion('kind', [
  z.strictObject({ feature: text, kind: z.literal('number'), low: number, high: number }),
  z.strictObject({ feature: text, kind: z.literal('category'), levels: z.array(text).max(10_000) }),
]);

const report = z.strictObject({
  trainedAt: number,
  modelType: text,
  cvFolds: number,
  seconds: number,
  rows: number,
  tasks: z
    .array(
      z.strictObject({
        task: text,
        rows: number,
        runs: number,
        modelType: text,
        stages: z.array(stage).max(5),
        chosen: z.enum(['learned', 'quantile', 'manifest']),
        reason: text,
        wastage: threeWays,
        failures: threeWays,
        timeOrdered: z.strictObject({ tasks: number, wastage: threeWays, failures: threeWays }).optional(),
        learningCurve: z
          .array(z.strictObject({ rows: number, mae: number, wastage: maybe }))
          .max(100)
          .optional(),
        drift: drift.optional(),
        domain: z.array(domain).max(10_000).optional(),
        notes: z.array(text).max(1000),
      }),
    )
    .max(100_000),
});

/** @throws AppError `E_MODEL_FILE` */
export function decodeReport(json: string): TrainingReport {
  try {
    return report.parse(JSON.parse(json));
  } catch (cause) {
    throw new AppError(
      {
        code: 'E_MODEL_FILE',
        message: 'The stored training report cannot be read',
        hint: 'Train the advisor again; your recorded runs are not touched.',
      },
      { cause },
    );
  }
}
