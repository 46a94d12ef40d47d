import { AppError } from '../../platform/errors.ts';
import type { HistoryRow } from '../../telemetry/views.ts';
import { encodeAll, learnFeatureSpace } from '../data/features.ts';
import { take } from '../data/matrix.ts';
import { permutation, seededRandom, seedFrom } from '../data/random.ts';
import { groupByTask, type LearningRow, type TaskHistory } from '../data/rows.ts';
import { mean } from '../data/statistics.ts';
import type { SingleModelType } from '../models/fit-model.ts';
import { type ModelParams, resolveParams } from '../models/model-params.ts';
import { fitFolds } from '../training/fit-stage.ts';
import { wallSecondsOf } from '../training/judge-memory.ts';
import { STAGES, type StageDefinition, toScale } from '../training/stages.ts';
import { targetOf } from '../training/time-order.ts';
import type { OnProgress } from '../training/train-all.ts';
import { LEAST_LEARNED_ROWS } from '../training/trained-task.ts';
import { groupedFolds } from '../validation/folds.ts';
import { drawnFrom, gridOf } from './candidates.ts';

export type Strategy = 'grid' | 'random' | 'halving';

export interface SearchOptions {
  readonly modelType: SingleModelType;
  readonly cvFolds: number;
  readonly strategy: Strategy;
  /** The most combinations to try. */
  readonly trials: number;
  readonly seed: number;
  /** Only this task; all when absent. */
  readonly task?: string;
}

export interface Trial {
  readonly params: ModelParams;
  /** R² of the memory's logarithm on held-out tasks (of the time where no memory was measured): 1 is perfect. */
  readonly score: number;
  /** Attempts learned from: fewer in the first rounds of halving. */
  readonly rows: number;
  readonly seconds: number;
}

export interface SearchResult {
  readonly bestParams: ModelParams;
  readonly bestScore: number;
  readonly trials: readonly Trial[];
}

/** Each round of halving keeps a third of the settings and gives them three times the rows. */
const KEPT = 3;
const LEAST_ROUND_ROWS = 60;
const MOST_ROWS = 20_000;

/** Told of each trial as soon as it is judged. */
export type OnTrial = (trial: Trial) => void;

/** Tries settings out of fold. @throws AppError `E_TOO_LITTLE_HISTORY` */
export function search(
  history: readonly HistoryRow[],
  options: SearchOptions,
  clock: () => number,
  onProgress: OnProgress = () => undefined,
  onTrial: OnTrial = () => undefined,
): SearchResult {
  const { modelType, strategy, trials: most, seed } = options;
  const histories = [...groupByTask(history).values()].filter(
    ({ task, rows }) =>
      (options.task === undefined || task === options.task) && rows.length >= LEAST_LEARNED_ROWS,
  );
  const total = histories.reduce((sum, { rows }) => sum + rows.length, 0);
  const candidates =
    strategy === 'grid'
      ? gridOf(modelType).slice(0, most)
      : drawnFrom(modelType, most, seededRandom(seedFrom(seed, modelType, 'candidates')));
  const rounds =
    strategy === 'halving' ? roundsOf(candidates.length, total) : [{ keep: candidates.length, share: 1 }];
  const planned = rounds.reduce((sum, { keep }) => sum + keep, 0);
  const trials: Trial[] = [];
  let left: readonly ModelParams[] = candidates;
  let last: Trial[] = [];
  for (const { keep, share } of rounds) {
    const ranked = [...last].sort((a, b) => b.score - a.score);
    left = last.length === 0 ? candidates : ranked.slice(0, keep).map(({ params }) => params);
    last = left.map((params) => {
      onProgress(
        trials.length / planned,
        `Trying settings ${trials.length + 1} of ${planned}${bestSoFar(trials)}`,
      );
      const trial = tried(histories, params, share, options, clock);
      trials.push(trial);
      onTrial(trial);
      return trial;
    });
  }
  const scored = last.filter(({ score }) => Number.isFinite(score));
  if (scored.length === 0)
    throw new AppError({
      code: 'E_TOO_LITTLE_HISTORY',
      message: options.task
        ? `There are too few measured attempts of "${options.task}", or no inputs that vary, to compare settings on`
        : 'There are too few measured attempts, or no inputs that vary, to compare settings on',
      hint: 'Run the task more often or import runs, then search again; until then the default settings serve.',
    });
  onProgress(1, 'Done');
  // Of equals the first wins, which is nearest to the defaults.
  const best = scored.reduce((a, b) => (b.score > a.score + 1e-9 ? b : a));
  return { bestParams: best.params, bestScore: best.score, trials };
}

function bestSoFar(trials: readonly Trial[]): string {
  const scores = trials.map(({ score }) => score).filter(Number.isFinite);
  return scores.length === 0 ? '' : `; best R² so far ${Math.max(...scores).toFixed(3)}`;
}

/** Successive halving (Jamieson and Talwalkar 2016): the last round sees all rows. */
function roundsOf(candidates: number, rows: number): { keep: number; share: number }[] {
  const rounds: { keep: number; share: number }[] = [];
  let keep = candidates;
  const count = Math.max(
    1,
    Math.min(
      1 + Math.floor(Math.log(candidates) / Math.log(KEPT)),
      1 + Math.floor(Math.log(Math.max(1, rows / LEAST_ROUND_ROWS)) / Math.log(KEPT)),
    ),
  );
  for (let round = 0; round < count; round++) {
    rounds.push({ keep, share: KEPT ** (round - count + 1) });
    keep = Math.max(1, Math.ceil(keep / KEPT));
  }
  return rounds;
}

function tried(
  histories: readonly TaskHistory[],
  params: ModelParams,
  share: number,
  options: SearchOptions,
  clock: () => number,
): Trial {
  resolveParams(options.modelType, params);
  const began = clock();
  const scores = histories.flatMap((history) => {
    const rows = subsetOf(history.rows, share, seedFrom(options.seed, history.task, 'subset'));
    const score = scoreOf(history, rows, params, options);
    return score === null ? [] : [{ score, rows: rows.length }];
  });
  const rows = scores.reduce((sum, one) => sum + one.rows, 0);
  return {
    params,
    score: scores.reduce((sum, one) => sum + (one.score * one.rows) / rows, rows > 0 ? 0 : Number.NaN),
    rows,
    seconds: (clock() - began) / 1000,
  };
}

function subsetOf(rows: readonly LearningRow[], share: number, seed: number): readonly LearningRow[] {
  const wanted = Math.min(MOST_ROWS, Math.round(share * rows.length));
  if (wanted >= rows.length) return rows;
  const kept = permutation(rows.length, seededRandom(seed)).subarray(0, wanted).sort();
  return [...kept].map((i) => rows[i] as LearningRow);
}

function scoreOf(
  { task, now }: TaskHistory,
  rows: readonly LearningRow[],
  params: ModelParams,
  { modelType, cvFolds, seed }: SearchOptions,
): number | null {
  const figure = (name: StageDefinition['name']) =>
    STAGES.find((stage) => stage.name === name) as StageDefinition;
  const hasMemory = rows.some((row) => row.peakMemoryBytes !== null);
  const definition = figure(hasMemory ? 'peak_memory' : 'wall_time');
  const target = targetOf(definition, rows);
  const matrix = encodeAll(learnFeatureSpace(rows, now), rows);
  const judged = fitFolds({
    definition,
    matrix,
    target,
    wallSeconds: wallSecondsOf(rows),
    folds: groupedFolds(rows, cvFolds, seededRandom(seedFrom(seed, task, 'folds'))),
    candidates: [modelType],
    params,
    seed: seedFrom(seed, task),
  });
  if (!judged) return null;
  const measured = take(target, judged.rows).map((value) => toScale(definition.scale, value));
  const answers = take(judged.answers, judged.rows);
  const centre = mean(measured);
  const spread = mean(measured.map((value) => (value - centre) ** 2));
  const error = mean(measured.map((value, i) => (value - (answers[i] as number)) ** 2));
  // Nothing varies: whoever says so is right.
  if (spread < 1e-12) return error < 1e-6 ? 1 : 0;
  return 1 - error / spread;
}
