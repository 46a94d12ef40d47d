import type { ComparedModel } from '../../../main/advisor/tuning/compare.ts';

/** Of equals the first, which is the simplest. */
export function leastWasteful(models: readonly ComparedModel[]): ComparedModel | null {
  return models.reduce<ComparedModel | null>(
    (best, each) =>
      each.wastage !== null && (best?.wastage == null || each.wastage < best.wastage) ? each : best,
    null,
  );
}
