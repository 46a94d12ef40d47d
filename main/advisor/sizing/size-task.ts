import type { Interval, Predicted } from '../../telemetry/events.ts';
import type { Evidence, Sizing, SizingQuery } from '../advisor.ts';
import { nearestCpus } from '../data/features.ts';
import { clamp } from '../data/statistics.ts';
import { QUANTILES_ASKED } from '../training/defaults.ts';
import { NOMINAL_COVERAGE } from '../training/out-of-fold.ts';
import { lowerValue, upperValue } from '../training/quantiles.ts';
import {
  LEAST_QUANTILE_ROWS,
  LEVELS,
  type TrainedQuantile,
  type TrainedTask,
} from '../training/trained-task.ts';
import { suggestCpus } from './cpus.ts';
import { boundedByHistory, cheapestLevel } from './first-request.ts';
import {
  type ChainAnswer,
  ChainPredictor,
  lowerOf,
  pointOf,
  type StageAnswer,
  upperOf,
} from './predict-chain.ts';
import { roundMemory, roundWalltime } from './round-request.ts';
import { rungsFrom } from './rungs.ts';

/** Whose answer is wanted: the better one per task, or one method wherever it can answer. */
export type Preference = 'better' | 'learned' | 'quantile';

/**
 * A time limit that is too short costs the whole attempt, one that is too long costs little: it is set far out in the
 * tail and half as much again.
 */
const WALLTIME_LEVEL = 0.995;
const WALLTIME_MARGIN = 1.5;
/** A model whose calibrated confidence stays this far below what was asked is not sure enough. */
const CONFIDENCE_SLACK = 0.1;
/** Below this the inputs tell nothing about a time, and its median serves. */
const LEAST_SKILL = 0.05;

/** Sizes instances of one task from what was learned about it. */
export class TaskSizer {
  readonly trained: TrainedTask;
  readonly #predictor: ChainPredictor | null;
  readonly #prefer: Preference;

  constructor(trained: TrainedTask, prefer: Preference) {
    this.trained = trained;
    this.#prefer = prefer;
    this.#predictor = trained.chain && prefer !== 'quantile' ? new ChainPredictor(trained.chain) : null;
  }

  size(query: SizingQuery): Sizing {
    const confidence = clamp(Number.isFinite(query.confidence) ? query.confidence : 0.95, 0.5, 0.999);
    const answers = this.#ask(query);
    const { method, reason } = this.#choose(answers, confidence);
    const memory = this.#memory(method, answers);
    const wall = this.#time('wall_time', answers, this.trained.quantiles.wallSeconds);
    const cpu = this.#time('cpu_time', answers, this.trained.quantiles.cpuSeconds);
    const { manifestRequest } = query;
    // A quantile is what it is called; a model's answer is a decision.
    const level =
      memory && method === 'learned'
        ? cheapestLevel(memory.upper, confidence, wall && wall.interval.point / 3600)
        : confidence;
    const request = memory && roundMemory(memory.upper(level));
    return {
      method,
      modelType: method === 'learned' ? (this.trained.chain?.modelType ?? null) : null,
      confidence: method === 'manifest' ? null : this.#calibrated(method, confidence),
      request: {
        cpus: suggestCpus(manifestRequest.cpus, this.trained.coresUsed),
        memoryBytes: request ?? manifestRequest.memoryBytes,
        // Where the manifest sets no limit none is invented: it could only kill.
        walltimeSeconds:
          manifestRequest.walltimeSeconds === null || !wall
            ? manifestRequest.walltimeSeconds
            : roundWalltime(wall.limit),
      },
      ...(memory && request && { ladder: rungsFrom(request, memory.upper, level) }),
      predicted: {
        peakMemoryBytes: memory?.interval ?? null,
        cpuSeconds: cpu?.interval ?? null,
        wallSeconds: wall?.interval ?? null,
      } satisfies Predicted,
      evidence: this.#evidence(method, reason, confidence),
    };
  }

  /** The time limit to advise where none is set yet; null without measured times. */
  walltimeLimit(query: SizingQuery): number | null {
    const wall = this.#time('wall_time', this.#ask(query), this.trained.quantiles.wallSeconds);
    return wall && roundWalltime(wall.limit);
  }

  #ask(query: SizingQuery): ChainAnswer | undefined {
    const cpus = suggestCpus(query.manifestRequest.cpus, this.trained.coresUsed);
    return this.#predictor?.predict({
      features: query.features,
      component: query.component,
      target: query.target,
      targetKind: query.targetKind ?? null,
      machineClass: query.machineClass ?? null,
      hourOfDay: query.hourOfDay ?? null,
      // What it will run with: asking about what the manifest says would ask about runs of long ago.
      requestedCpus: this.trained.chain ? nearestCpus(this.trained.chain.space, cpus) : cpus,
    });
  }

  #choose(
    answers: ChainAnswer | undefined,
    confidence: number,
  ): { method: Sizing['method']; reason: string } {
    const { trained } = this;
    const hasQuantile = (trained.quantiles.memory?.rows ?? 0) >= LEAST_QUANTILE_ROWS;
    if (!hasQuantile) return { method: 'manifest', reason: trained.reason };
    if (this.#prefer === 'quantile') return { method: 'quantile', reason: QUANTILES_ASKED };
    if (!answers?.stages.peak_memory) return { method: 'quantile', reason: trained.reason };
    if (this.#prefer === 'better' && trained.chosen !== 'learned')
      return { method: 'quantile', reason: trained.reason };
    if (answers.doubts.length > 0)
      return { method: 'quantile', reason: `Quantiles answer because ${answers.doubts.join('; ')}.` };
    const sure = this.#calibrated('learned', confidence);
    if (sure < confidence - CONFIDENCE_SLACK && sure < this.#calibrated('quantile', confidence))
      return {
        method: 'quantile',
        reason: `Quantiles answer because the model held only ${Math.round(100 * sure)} % of tasks it had not seen.`,
      };
    return { method: 'learned', reason: trained.reason };
  }

  #memory(method: Sizing['method'], answers: ChainAnswer | undefined) {
    const answer = answers?.stages.peak_memory;
    const known = this.trained.quantiles.memory;
    if (method === 'learned' && answer)
      return {
        upper: (p: number) => boundedByHistory(upperOf(answer, p), p, pointOf(answer), known),
        interval: learnedInterval(answer),
      };
    return method === 'quantile' && known
      ? { upper: (p: number) => upperValue(known, p), interval: quantileInterval(known) }
      : null;
  }

  #time(name: 'wall_time' | 'cpu_time', answers: ChainAnswer | undefined, known: TrainedQuantile | null) {
    const answer = answers?.stages[name];
    if (answer && answers.doubts.length === 0 && answer.stage.skill >= LEAST_SKILL)
      return { limit: WALLTIME_MARGIN * upperOf(answer, WALLTIME_LEVEL), interval: learnedInterval(answer) };
    return known
      ? { limit: WALLTIME_MARGIN * upperValue(known, WALLTIME_LEVEL), interval: quantileInterval(known) }
      : null;
  }

  /** Share of held-out tasks that the first request held, between the levels at which it was counted. */
  #calibrated(method: 'quantile' | 'learned', confidence: number): number {
    const shares = this.trained.calibration[method] ?? this.trained.calibration.quantile;
    const above = Math.max(
      1,
      LEVELS.findIndex((level) => level >= confidence),
    );
    const low = LEVELS[above - 1] as number;
    const high = LEVELS[above] as number;
    const share = clamp((confidence - low) / (high - low), 0, 1);
    return (shares[above - 1] as number) * (1 - share) + (shares[above] as number) * share;
  }

  #evidence(method: Sizing['method'], reason: string, confidence: number): Evidence {
    const { trained } = this;
    return {
      method,
      reason,
      runs_analyzed: trained.runs,
      records: trained.records,
      percentile: method === 'quantile' ? Number((100 * confidence).toPrecision(4)) : null,
      model_type: method === 'learned' ? (trained.chain?.modelType ?? null) : null,
      wastage: trained.wastage,
      importance: method === 'learned' ? trained.importance : [],
    };
  }
}

const TAIL = (1 - NOMINAL_COVERAGE) / 2;

function learnedInterval(answer: StageAnswer): Interval {
  return ordered(lowerOf(answer, TAIL), pointOf(answer), upperOf(answer, 1 - TAIL));
}

function quantileInterval(known: TrainedQuantile): Interval {
  return ordered(lowerValue(known, TAIL), Math.exp(known.centre), upperValue(known, 1 - TAIL));
}

/** A model that is always too low has residuals that are all positive: its point is moved into its interval. */
function ordered(low: number, point: number, high: number): Interval {
  return { low, point: clamp(point, low, high), high };
}
