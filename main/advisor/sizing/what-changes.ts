import { describeMemory } from '../../platform/units.ts';
import type { Sizing, SizingQuery } from '../advisor.ts';
import { domainOf } from '../data/domain.ts';
import type { TrainedTask } from '../training/trained-task.ts';

/** As many inputs as a reader takes in. */
const MOST_INPUTS = 3;
/** A smaller change of the request is none. */
const LEAST_CHANGE = 0.05;

/**
 * What would change an answer, in sentences: the inputs that mattered most at the ends of what was seen, and what it
 * takes for models to answer where they do not.
 *
 * @param ask the same task about other inputs
 */
export function whatWouldChange(
  query: SizingQuery,
  { request, method }: Sizing,
  { chain, importance, chosen }: TrainedTask,
  ask: (query: SizingQuery) => Sizing,
): readonly string[] {
  const bytes = request.memoryBytes;
  if (method !== 'learned' || bytes === null || !chain)
    return [
      method === 'manifest'
        ? 'Attempts with measured memory: three of them let percentiles answer.'
        : chosen === 'learned'
          ? 'All inputs given, and near those learned from: then the models answer.'
          : 'Runs with inputs that vary more and tell the memory: then models may waste less than percentiles.',
    ];
  const domain = new Map(domainOf(chain.space).map((input) => [input.feature, input]));
  return importance
    .flatMap(({ feature }) => domain.get(feature) ?? [])
    .slice(0, MOST_INPUTS)
    .flatMap((input) => {
      const values = input.kind === 'number' ? [input.low, input.high] : input.levels.slice(0, MOST_INPUTS);
      return values.flatMap((value) => {
        if (value === query.features[input.feature]) return [];
        const other = ask({ ...query, features: { ...query.features, [input.feature]: value } }).request
          .memoryBytes;
        if (other === null || Math.abs(other / bytes - 1) < LEAST_CHANGE) return [];
        return [`With ${input.feature} = ${value} it would be ${describeMemory(other)}.`];
      });
    });
}
