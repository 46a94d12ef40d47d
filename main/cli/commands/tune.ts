import { existsSync } from 'node:fs';
import type { ModelType } from '../../advisor/advisor.ts';
import { searchSettings } from '../../advisor/hyperparameter-search.ts';
import type { SearchResult, Strategy } from '../../advisor/tuning/search.ts';
import { AppError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Progress } from '../progress.ts';
import { pathsOf } from '../project.ts';

export interface TuneInput {
  readonly task: string;
  readonly modelType: ModelType;
  readonly cvFolds: number;
  readonly trials: number;
  readonly strategy: Strategy;
}

/** Which settings of a model predict a task's memory best, out of fold. */
export async function tune(context: CommandContext, input: TuneInput): Promise<number> {
  const { io, output } = context;
  const paths = pathsOf(context);
  if (!existsSync(paths.database))
    throw new AppError({
      code: 'E_NO_TELEMETRY',
      message: `Nothing has been recorded in ${paths.root} yet, so there is nothing to compare settings on`,
      hint: 'Run a manifest there first, or import runs with `scalable import`.',
    });
  const progress = new Progress(io, { quiet: output.quiet, now: Date.now });
  try {
    const result = await searchSettings({ kind: 'database', path: paths.database }, input, {
      onProgress: (fraction, step) => progress.show(`${Math.round(fraction * 100)} % · ${step}`),
      signal: io.signal,
    });
    progress.clear();
    output.result(
      { best_params: result.bestParams, best_score: result.bestScore, trials: result.trials },
      () => tuneText(input.task, result),
    );
    return EXIT.done;
  } finally {
    progress.clear();
  }
}

const SHOWN = 10;

function tuneText(task: string, { bestParams, bestScore, trials }: SearchResult): string {
  const best = [...trials].sort((a, b) => b.rows - a.rows || b.score - a.score).slice(0, SHOWN);
  return [
    `Best settings for ${task}: ${settingsText(bestParams)}`,
    `Explained on held-out tasks (R²): ${bestScore.toFixed(4)}`,
    `Tried ${trials.length}; the best:`,
    ...best.map(
      ({ params, score, rows }) => `  ${score.toFixed(4)} on ${rows} attempts: ${settingsText(params)}`,
    ),
  ].join('\n');
}

function settingsText(params: SearchResult['bestParams']): string {
  const pairs = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? 'the defaults' : pairs.join(' ');
}
