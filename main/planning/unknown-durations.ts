/** Up to this share of a campaign may be without history before nothing is said about its time. */
const MOST_UNKNOWN = 0.2;

/**
 * What to assume for the run time of instances that nothing is recorded about: the mean of the others. A last
 * `summarize` without history must not hide when a thousand simulations with history will be done.
 *
 * @param known instances whose run time is known or predicted, and the sum of those times in seconds
 * @returns seconds per unknown instance; null when too much is unknown to say anything
 */
export function assumedSeconds(
  known: { readonly count: number; readonly seconds: number },
  unknown: number,
): number | null {
  if (known.count === 0 || unknown > MOST_UNKNOWN * (known.count + unknown)) return null;
  return known.seconds / known.count;
}
