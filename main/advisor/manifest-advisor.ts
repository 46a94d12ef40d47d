import type { Advisor, Evidence, Recommendation, RecommendOptions, Sizing, SizingQuery } from './advisor.ts';
import { basisOf, PrintableRecommendation } from './sizing/recommendation.ts';

const NO_HISTORY = 'No finished attempt of this task is recorded yet, so the manifest answers.';

/** Asks for what the manifest says: the answer without history, and the sizing mode `manifest`. */
export class ManifestAdvisor implements Advisor {
  readonly #evidence: Evidence;

  constructor(reason = NO_HISTORY) {
    this.#evidence = {
      method: 'manifest',
      reason,
      runs_analyzed: 0,
      records: 0,
      percentile: null,
      model_type: null,
      wastage: null,
      importance: [],
      risk: null,
      io_class: null,
    };
  }

  size(query: SizingQuery): Sizing {
    return {
      request: query.manifestRequest,
      predicted: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null },
      method: 'manifest',
      modelType: null,
      confidence: null,
      evidence: this.#evidence,
    };
  }

  recommend(options: RecommendOptions): Recommendation {
    return new PrintableRecommendation({
      task: options.task,
      target: options.target ?? null,
      workers: {},
      resources: {},
      confidence: 0,
      method: 'manifest',
      modelType: null,
      intervals: { peakMemoryBytes: null, cpuSeconds: null, wallSeconds: null },
      evidence: this.#evidence,
      basis: basisOf(this.#evidence),
    });
  }
}
