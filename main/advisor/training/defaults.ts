export const DEFAULT_FOLDS = 5;
export const DEFAULT_SEED = 1996;

export const QUANTILES_ASKED = 'Quantiles of measured usage were asked for.';
