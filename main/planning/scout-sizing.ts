import type { Advisor, Sizing, SizingQuery } from '../advisor/advisor.ts';
import { HistoryAdvisor } from '../advisor/history-advisor.ts';
import { OnlineSizer } from '../advisor/online/online-sizer.ts';
import { leastConfidence, RISKS, type Risk } from '../advisor/online/risk.ts';
import { roundMemory } from '../advisor/sizing/round-request.ts';
import { DEFAULT_FOLDS, DEFAULT_SEED } from '../advisor/training/defaults.ts';
import { trainAll } from '../advisor/training/train-all.ts';
import type { Params } from '../manifest/spec.ts';
import type { HistoryRow } from '../telemetry/views.ts';

/** What a scout that has not succeeded has shown to need at least: killed for want of memory, or seen while it runs. */
export interface LowerBound {
  readonly features: Params;
  readonly bytes: number;
}

/** On the largest measured peak while too few are measured to say what it depends on. PanDA's margin is 1.1 on P75. */
const FEW_MARGIN = 1.25;
/** From here on the inputs may say how much. */
const SLOPE_ROWS = 5;
/** An input is taken to matter from this correlation on, in logarithms. */
const LEAST_CORRELATION = 0.5;
/** Beyond what was measured memory is taken to grow with the input, up to this factor. */
const FARTHEST = 10;
/** Where nothing shows that memory follows an input, a guess that it does goes up to this many times the manifest's. */
const GUESSED = 2;
/** A learned time limit is at least so many times the longest measured time; the manifest's is raised to hold it with the margin of bounds. */
const WALLTIME_MARGIN = 2;
const ABOVE_SEEN = 1.25;

/**
 * Sizes a task from what was measured of it in this very run: with a handful of rows by the largest peak, then by the
 * input that memory follows, and by learned models as soon as they do better on held-out rows. Never less than what is
 * known to be needed.
 *
 * @param rows successful, representative attempts of one task
 * @param walltimeLimitSeconds the longest that the target lets a task run; null: as long as it likes
 */
export class ScoutSizer implements Pick<Advisor, 'size'> {
  readonly #rows: readonly Measured[];
  readonly #bounds: readonly LowerBound[];
  readonly #history: HistoryAdvisor;
  readonly #input: string | null;
  readonly #online: OnlineSizer;
  readonly #longestTime: number;

  constructor(
    rows: readonly HistoryRow[],
    bounds: readonly LowerBound[],
    confidence: number,
    risk: Risk = 'balanced',
    walltimeLimitSeconds: number | null = null,
  ) {
    this.#longestTime = walltimeLimitSeconds ?? Number.POSITIVE_INFINITY;
    this.#rows = rows.flatMap(({ features, peakMemoryBytes, wallSeconds }) =>
      peakMemoryBytes === null || peakMemoryBytes <= 0
        ? []
        : [{ features, peak: peakMemoryBytes, wallSeconds }],
    );
    this.#bounds = bounds;
    const options = { modelType: 'auto', cvFolds: DEFAULT_FOLDS, seed: DEFAULT_SEED, quick: true } as const;
    this.#history = new HistoryAdvisor(trainAll(rows, options, () => 0).tasks, 'better');
    this.#input = strongestInput(this.#rows);
    this.#online = new OnlineSizer({ confidence: leastConfidence(risk, confidence), price: RISKS[risk] });
    for (const { features, peak, wallSeconds } of this.#rows)
      this.#online.observe({
        peakBytes: peak,
        hours: wallSeconds === null ? null : wallSeconds / 3600,
        ...this.#upcoming(features),
      });
  }

  size(query: SizingQuery): Sizing {
    const base = this.#history.size(query);
    const { manifestRequest, features } = query;
    const asked = manifestRequest.memoryBytes;
    const learned = base.method === 'learned';
    const found = learned ? base.request.memoryBytes : this.#memory(features, asked);
    const least = this.#needed(features);
    const memoryBytes = found === null ? null : roundMemory(Math.max(found, least));
    const ladder = learned
      ? base.ladder
      : this.#rows.length < SLOPE_ROWS
        ? undefined
        : this.#online.size(this.#upcoming(features))?.ladder;
    return {
      ...base,
      method: this.#rows.length === 0 ? 'manifest' : learned ? 'learned' : 'quantile',
      confidence: learned ? base.confidence : this.#confidence(features),
      request: {
        // So few rows are no reason to take CPUs away.
        cpus: manifestRequest.cpus,
        memoryBytes,
        walltimeSeconds: this.#walltime(manifestRequest.walltimeSeconds, base, learned),
      },
      ...(ladder &&
        memoryBytes !== null && { ladder: [memoryBytes, ...ladder.filter((rung) => rung > memoryBytes)] }),
      evidence: { ...base.evidence, reason: `Sized from ${this.#rows.length} measured in this run.` },
    };
  }

  /** Bytes; null: no limit. */
  #memory(features: Params, asked: number | null): number | null {
    const rows = this.#rows;
    if (rows.length === 0) return asked;
    const largest = rows.reduce((most, { peak }) => Math.max(most, peak), 0);
    const level = largest * FEW_MARGIN;
    const seen = level * this.#beyond(features, true);
    const unseen = level * this.#beyond(features, false);
    const few = Math.max(seen, Math.min(unseen, GUESSED * (asked ?? level)));
    // Where nobody set a limit, a handful of rows must not: it could only kill.
    if (rows.length < SLOPE_ROWS) return asked === null ? null : few;
    return this.#online.size(this.#upcoming(features))?.ladder[0] ?? few;
  }

  #needed(features: Params): number {
    const few = this.#rows.length < SLOPE_ROWS;
    const input = this.#input;
    const applies = (of: Params) => few || input === null || numberOf(features, input) >= numberOf(of, input);
    return this.#bounds.reduce(
      (most, bound) => (applies(bound.features) ? Math.max(most, bound.bytes * ABOVE_SEEN) : most),
      0,
    );
  }

  /**
   * How many times an input passes the largest measured one.
   *
   * @param seen of those that memory was seen to grow with; else of those that were measured at one value only
   */
  #beyond(features: Params, seen: boolean): number {
    let factor = 1;
    for (const [name, value] of Object.entries(features)) {
      if (typeof value !== 'number' || value <= 0) continue;
      const sorted = this.#rows
        .filter((row) => typeof row.features[name] === 'number')
        .sort((a, b) => numberOf(a.features, name) - numberOf(b.features, name));
      const [least, most] = [sorted[0], sorted.at(-1)];
      if (!least || !most) continue;
      const largest = numberOf(most.features, name);
      const varies = largest > numberOf(least.features, name);
      if (varies !== seen || (varies && most.peak < least.peak)) continue;
      if (largest > 0) factor = Math.max(factor, value / largest);
    }
    return Math.min(factor, FARTHEST);
  }

  #walltime(asked: number | null, base: Sizing, learned: boolean): number | null {
    if (asked === null) return null;
    const longest = this.#rows.reduce((most, row) => Math.max(most, row.wallSeconds ?? 0), 0);
    if (learned && base.request.walltimeSeconds !== null)
      return Math.max(base.request.walltimeSeconds, longest * WALLTIME_MARGIN);
    // What scouts needed more of than was asked for, the rest would be ended for as well. No site gives more than its limit.
    return Math.max(asked, Math.min(longest * ABOVE_SEEN, this.#longestTime));
  }

  /** By the rule of succession: so often is the next no larger than the largest of those before. */
  #confidence(features: Params): number | null {
    const count = this.#rows.length;
    if (count === 0) return null;
    if (count < SLOPE_ROWS) return count / (count + 1);
    return this.#online.size(this.#upcoming(features))?.confidence ?? null;
  }

  #upcoming(features: Params): { inputBytes: number | null; tag: string } {
    const words = Object.keys(features)
      .sort()
      .filter((name) => typeof features[name] === 'string')
      .map((name) => String(features[name]));
    const input = this.#input;
    return { inputBytes: input === null ? null : numberOf(features, input), tag: words.join(' ') };
  }
}

interface Measured {
  readonly features: Params;
  readonly peak: number;
  readonly wallSeconds: number | null;
}

function numberOf(features: Params, name: string): number {
  const value = features[name];
  return typeof value === 'number' ? Math.max(0, value) : 0;
}

/** The number that memory grows with most clearly; null where none does. */
function strongestInput(rows: readonly Measured[]): string | null {
  const names = new Set(rows.flatMap(({ features }) => Object.keys(features)));
  let best: { name: string; strength: number } | null = null;
  for (const name of [...names].sort()) {
    const values = rows.map(({ features }) => features[name]);
    if (!values.every((value) => typeof value === 'number' && value >= 0)) continue;
    const strength = correlation(
      rows.map(({ features }) => Math.log1p(numberOf(features, name))),
      rows.map(({ peak }) => Math.log(peak)),
    );
    if (strength >= LEAST_CORRELATION && strength > (best?.strength ?? 0)) best = { name, strength };
  }
  return best?.name ?? null;
}

function correlation(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(xs), mean(ys)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, x] of xs.entries()) {
    const y = ys[i] as number;
    xy += (x - mx) * (y - my);
    xx += (x - mx) ** 2;
    yy += (y - my) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}
