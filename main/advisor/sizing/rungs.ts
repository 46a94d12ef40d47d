import { cheapestLadder, type FailurePrice } from '../online/ladder.ts';
import { RISKS } from '../online/risk.ts';
import { roundMemory } from './round-request.ts';

/** Equally likely peaks that stand for all above the first request. */
const PEAKS_ABOVE = 24;

/**
 * The requests to go on with when the first is not enough, first included, where the least is wasted in expectation.
 *
 * @param upper bytes that a peak exceeds with probability 1 − p
 * @param confidence probability that the first request is enough
 */
export function rungsFrom(
  request: number,
  upper: (p: number) => number,
  confidence: number,
  price: FailurePrice = RISKS.balanced,
): readonly [number, ...number[]] {
  const above = Array.from({ length: PEAKS_ABOVE }, (_, i) => {
    const p = confidence + ((1 - confidence) * (i + 0.5)) / PEAKS_ABOVE;
    return { bytes: roundMemory(upper(p)), mass: 1, hours: 1 };
  })
    .filter(({ bytes }) => bytes > request)
    .sort((a, b) => a.bytes - b.bytes);
  return above.length === 0 ? [request] : [request, ...cheapestLadder(above, price).rungs.map(roundMemory)];
}

/** What to try after a request that was too small; null beyond the last rung. */
export function nextRung(ladder: readonly number[], tooSmall: number): number | null {
  return ladder.find((rung) => rung > tooSmall) ?? null;
}

/** The same ladder where the first request became another: with headroom, or cut to what the target holds. */
export function ladderAbove(ladder: readonly number[], request: number, most: number): readonly number[] {
  const higher = ladder.map((rung) => Math.min(rung, most)).filter((rung) => rung > request);
  return [...new Set([request, ...higher])];
}
