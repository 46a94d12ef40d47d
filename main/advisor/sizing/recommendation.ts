import type { Predicted } from '../../telemetry/events.ts';
import type { Evidence, Recommendation } from '../advisor.ts';

/** A recommendation that prints as the tutorials do: `{"cpus":2,"memory":"8G","confidence":0.87}`. */
export class PrintableRecommendation implements Recommendation {
  readonly task: string;
  readonly target: string | null;
  readonly workers: Recommendation['workers'];
  readonly resources: Recommendation['resources'];
  readonly confidence: number;
  readonly method: Recommendation['method'];
  readonly modelType: string | null;
  readonly intervals: Predicted;
  readonly evidence: Evidence;
  readonly basis: string;

  constructor(data: Recommendation) {
    this.task = data.task;
    this.target = data.target;
    this.workers = data.workers;
    this.resources = data.resources;
    this.confidence = data.confidence;
    this.method = data.method;
    this.modelType = data.modelType;
    this.intervals = data.intervals;
    this.evidence = data.evidence;
    this.basis = data.basis;
  }

  toString(): string {
    const shape = Object.values(this.resources)[0];
    return JSON.stringify({
      ...shape,
      ...(this.method === 'learned'
        ? { confidence: Number(this.confidence.toFixed(2)) }
        : { basis: this.basis }),
    });
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** `p95 of 50 historical runs`, in the words of the tutorials; tasks are what is counted. */
export function basisOf({ method, records, runs_analyzed, percentile, model_type }: Evidence): string {
  const runs = `${runs_analyzed} historical ${runs_analyzed === 1 ? 'run' : 'runs'}`;
  switch (method) {
    case 'quantile':
      return `p${percentile ?? 95} of ${runs}`;
    case 'learned':
      return `${model_type ?? 'model'} on ${records} tasks of ${runs}`;
    case 'manifest':
      return runs_analyzed === 0 ? 'manifest, no history' : `manifest, no measured memory in ${runs}`;
  }
}
