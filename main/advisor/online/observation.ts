/** What is known of a task before it runs. */
export interface Upcoming {
  /** Size of its input in bytes; null when unknown. */
  readonly inputBytes: number | null;
  /** Words that tell tasks of one kind apart: sample, scenario, replicate. */
  readonly tag: string;
}

/** The same after it has run. */
export interface Observation extends Upcoming {
  readonly peakBytes: number;
  /** Run time in hours; null when unmeasured. */
  readonly hours: number | null;
}

/** No machine holds more: such a figure is a broken measurement. */
export const LARGEST_PEAK = 2 ** 50;
/** Nor is any input larger. */
const LARGEST_INPUT = 2 ** 60;

export function isUsable({ peakBytes }: Observation): boolean {
  return peakBytes > 0 && peakBytes <= LARGEST_PEAK;
}

/** A logarithm that also serves an empty input; null when the size is unknown or no size. */
export function logSize(bytes: number | null): number | null {
  return bytes !== null && bytes >= 0 && bytes <= LARGEST_INPUT ? Math.log1p(bytes) : null;
}

/**
 * Names of the groups that a tag belongs to: `FOXA1_VCaP_REP2` is of `FOXA1`, of `FOXA1 VCaP`, and of all that only
 * differs in its last word.
 */
export function tagGroups(tag: string): readonly string[] {
  const words = tag.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  return [words.slice(0, 1), words.slice(0, 2), words.slice(0, -1)].map((some) => some.join(' '));
}
