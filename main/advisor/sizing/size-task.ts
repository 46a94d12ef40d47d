import type { ResourceRequest } from '../../providers/provider.ts';
import type { IoClass, Predicted } from '../../telemetry/events.ts';
import type { Sizing, SizingQuery } from '../advisor.ts';
import { type KnownBefore, nearestCpus } from '../data/features.ts';
import { clamp } from '../data/statistics.ts';
import { QUANTILES_ASKED } from '../training/defaults.ts';
import { lowerValue, upperValue } from '../training/quantiles.ts';
import { repeats } from '../training/same-inputs.ts';
import { ioClassOf } from '../training/stages.ts';
import {
  LEAST_QUANTILE_ROWS,
  LEVELS,
  type TrainedQuantile,
  type TrainedTask,
} from '../training/trained-task.ts';
import { suggestCpus } from './cpus.ts';
import { boundedByHistory } from './first-request.ts';
import { learnedInterval, type PredictedValue, quantileInterval, withinHistory } from './intervals.ts';
import {
  type ChainAnswer,
  ChainPredictor,
  lowerOf,
  pointOf,
  type StageAnswer,
  upperOf,
} from './predict-chain.ts';
import { requestAtRisk } from './risky-request.ts';
import { roundWalltime } from './round-request.ts';

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
  readonly #repeated: (inputs: Float64Array) => TrainedQuantile | null;

  constructor(trained: TrainedTask, prefer: Preference) {
    this.trained = trained;
    this.#prefer = prefer;
    this.#repeated = repeats(trained.same);
    this.#predictor = trained.chain && prefer !== 'quantile' ? new ChainPredictor(trained.chain) : null;
  }

  size(query: SizingQuery): Sizing {
    return this.sizeAll([query])[0] as Sizing;
  }

  sizeAll(queries: readonly SizingQuery[]): Sizing[] {
    const answers = this.#askAll(queries);
    return queries.map((query, i) => this.#sizing(query, answers?.[i]));
  }

  #sizing(query: SizingQuery, answer: ChainAnswer | undefined): Sizing {
    const confidence = clamp(Number.isFinite(query.confidence) ? query.confidence : 0.95, 0.5, 0.999);
    const { manifestRequest, risk = 'balanced' } = query;
    const { method, reason } = this.#choose(answer, confidence);
    const memory = this.#memory(method, answer);
    const wall = this.#time('wall_time', answer, this.trained.quantiles.wallSeconds);
    const cpu = this.#time('cpu_time', answer, this.trained.quantiles.cpuSeconds);
    // A quantile is what it is called; a model's answer is a decision.
    const decides = method === 'learned';
    const hours = wall && wall.interval.point / 3600;
    const asked = memory && requestAtRisk({ at: memory.at, risk, confidence, decides, hours });
    const level = asked && risk !== 'balanced' ? asked.level : confidence;
    const ioClass = this.#ioClass(answer);
    return {
      method,
      modelType: method === 'learned' ? (this.trained.chain?.modelType ?? null) : null,
      confidence: method === 'manifest' ? null : this.#calibrated(method, level),
      request: {
        cpus: suggestCpus(manifestRequest.cpus, this.trained.coresUsed),
        memoryBytes: asked?.rungs[0] ?? manifestRequest.memoryBytes,
        walltimeSeconds: wall
          ? walltimeWithin(manifestRequest, roundWalltime(wall.limit), this.#isNewKind(query))
          : manifestRequest.walltimeSeconds,
      },
      ...(asked && { ladder: asked.rungs }),
      predicted: {
        peakMemoryBytes: memory?.interval ?? null,
        cpuSeconds: cpu?.interval ?? null,
        wallSeconds: wall?.interval ?? null,
        ioClass,
      } satisfies Predicted,
      evidence: {
        ...this.#evidence(method, withRepeats(reason, memory?.repeated), level),
        risk: asked && risk,
        io_class: ioClass,
        ...(this.#isNewKind(query) && { cautions: [this.#newKindSentence(query)] }),
      },
    };
  }

  /** The time limit to advise where none is set yet; null without measured times. */
  walltimeLimit(query: SizingQuery): number | null {
    const wall = this.#time('wall_time', this.#askAll([query])?.[0], this.trained.quantiles.wallSeconds);
    return wall && roundWalltime(wall.limit);
  }

  #askAll(queries: readonly SizingQuery[]): ChainAnswer[] | undefined {
    return this.#predictor?.predictAll(queries.map((query) => knownBefore(this.trained, query)));
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
    const repeated = answer ? this.#repeated(answer.inputs) : null;
    const said = this.#memoryBy(method, answer);
    return said && repeated
      ? { ...withinHistory(said, repeated, this.trained.quantiles.memory), repeated: repeated.rows }
      : said;
  }

  #memoryBy(
    method: Sizing['method'],
    answer: StageAnswer | undefined,
  ): (PredictedValue & { readonly repeated?: number }) | null {
    const known = this.trained.quantiles.memory;
    if (method === 'learned' && answer)
      return {
        at: (p: number) =>
          p < 0.5 ? lowerOf(answer, p) : boundedByHistory(upperOf(answer, p), p, pointOf(answer), known),
        interval: learnedInterval(answer),
      };
    return method === 'quantile' && known
      ? {
          at: (p: number) => (p < 0.5 ? lowerValue(known, p) : upperValue(known, p)),
          interval: quantileInterval(known),
        }
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

  #ioClass(answers: ChainAnswer | undefined): IoClass | null {
    const answer = answers?.stages.io_class;
    return answer && answers.doubts.length === 0 && answer.stage.skill >= LEAST_SKILL
      ? ioClassOf(pointOf(answer))
      : (this.trained.ioClass ?? null);
  }

  /** On a kind of target where nothing was measured. */
  #isNewKind({ targetKind }: SizingQuery): boolean {
    const { targetKinds = [] } = this.trained;
    return targetKind != null && targetKinds.length > 0 && !targetKinds.includes(targetKind);
  }

  #newKindSentence({ targetKind }: SizingQuery): string {
    const measured = (this.trained.targetKinds ?? []).join(', ');
    return `It was never measured on a target of the kind ${targetKind}: what it needed elsewhere (${measured}) is expected there too, and its time limit is no shorter than the manifest’s.`;
  }

  /** Share of held-out tasks that the first request held, between the levels at which it was counted. */
  #calibrated(method: 'quantile' | 'learned', confidence: number): number {
    const shares = this.trained.calibration[method] ?? this.trained.calibration.quantile;
    if (confidence < LEVELS[0]) return ((shares[0] as number) * confidence) / LEVELS[0];
    const above = Math.max(
      1,
      LEVELS.findIndex((level) => level >= confidence),
    );
    const low = LEVELS[above - 1] as number;
    const high = LEVELS[above] as number;
    const share = clamp((confidence - low) / (high - low), 0, 1);
    return (shares[above - 1] as number) * (1 - share) + (shares[above] as number) * share;
  }

  #evidence(method: Sizing['method'], reason: string, level: number) {
    const { trained } = this;
    return {
      method,
      reason,
      runs_analyzed: trained.runs,
      records: trained.records,
      percentile: method === 'quantile' ? Number((100 * level).toPrecision(4)) : null,
      model_type: method === 'learned' ? (trained.chain?.modelType ?? null) : null,
      wastage: trained.wastage,
      importance: method === 'learned' ? trained.importance : [],
    };
  }
}

/** What is known of an instance when its request is made. */
export function knownBefore({ chain, coresUsed }: TrainedTask, query: SizingQuery): KnownBefore {
  const cpus = suggestCpus(query.manifestRequest.cpus, coresUsed);
  return {
    features: query.features,
    component: query.component,
    target: query.target,
    targetKind: query.targetKind ?? null,
    machineClass: query.machineClass ?? null,
    hourOfDay: query.hourOfDay ?? null,
    // What it will run with: asking about what the manifest says would ask about runs of long ago.
    requestedCpus: chain ? nearestCpus(chain.space, cpus) : cpus,
  };
}

/** Where the manifest sets no limit none is invented: it could only kill. */
function walltimeWithin(
  { walltimeSeconds }: ResourceRequest,
  advised: number,
  isNewKind: boolean,
): number | null {
  if (walltimeSeconds === null) return null;
  return isNewKind ? Math.max(advised, walltimeSeconds) : advised;
}

/** @param times with just these inputs */
function withRepeats(reason: string, times: number | undefined): string {
  return times === undefined
    ? reason
    : `${reason} With just these inputs it was measured ${times} times: what is asked for lies within what these tell.`;
}
