import { assertNever } from '../../platform/errors.ts';
import type { InputDomain } from '../training-report.ts';
import { type FeatureSpace, WHERE_IT_RUNS } from './features.ts';

/** What a task's own inputs were like in the history, for a reader; texts and where it ran are left out. */
export function domainOf({ encoders }: FeatureSpace): InputDomain[] {
  return encoders.flatMap((encoder): InputDomain[] => {
    const { name: feature } = encoder;
    if (WHERE_IT_RUNS.has(feature)) return [];
    switch (encoder.kind) {
      case 'number':
        return [{ feature, kind: 'number', low: encoder.low, high: encoder.high }];
      case 'category':
        return [{ feature, kind: 'category', levels: encoder.levels }];
      case 'text':
        return [];
      default:
        return assertNever(encoder);
    }
  });
}
