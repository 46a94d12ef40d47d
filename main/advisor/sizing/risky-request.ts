import { assertNever } from '../../platform/errors.ts';
import { cheapestLadder } from '../online/ladder.ts';
import { leastConfidence, RISKS, type Risk } from '../online/risk.ts';
import { cheapestLevel } from './first-request.ts';
import { roundMemory } from './round-request.ts';
import { rungsFrom } from './rungs.ts';

/** Equally likely peaks that stand for the whole spread where the cheapest ladder is looked for. */
const PEAKS = 100;

export interface MemoryRequest {
  /** Bytes to ask for in turn, ascending. */
  readonly rungs: readonly [number, ...number[]];
  /** Probability that a peak is no larger than the first. */
  readonly level: number;
}

export interface MemoryQuestion {
  /** Bytes that a peak exceeds with probability 1 − p. */
  readonly at: (p: number) => number;
  readonly risk: Risk;
  /** Least probability that the first request is enough; `frugal` does not look at it. */
  readonly confidence: number;
  /** Whether a little more than `confidence` may be asked for where that spares many failures. */
  readonly decides: boolean;
  /** Expected run time; null when unknown. */
  readonly hours: number | null;
}

/**
 * What to ask for at a risk: `frugal` what costs least memory × time, retries included; `balanced` as sure as was asked,
 * or a little surer where that is cheaper; `never_fail` what 999 of 1,000 such instances stay under.
 */
export function requestAtRisk({ at, risk, confidence, decides, hours }: MemoryQuestion): MemoryRequest {
  const from = (level: number) => ({
    level,
    rungs: rungsFrom(roundMemory(at(level)), at, level, RISKS[risk]),
  });
  switch (risk) {
    case 'frugal': {
      const peaks = Array.from({ length: PEAKS }, (_, i) => ({
        bytes: roundMemory(at((i + 0.5) / PEAKS)),
        mass: 1,
        hours: 1,
      })).sort((a, b) => a.bytes - b.bytes);
      const ladder = cheapestLadder(peaks, RISKS.frugal);
      const [first, ...rest] = ladder.rungs.map(roundMemory);
      return { level: ladder.confidence, rungs: [first ?? roundMemory(at(confidence)), ...rest] };
    }
    case 'balanced':
      return from(decides ? cheapestLevel(at, confidence, hours, RISKS.balanced) : confidence);
    case 'never_fail':
      return from(leastConfidence(risk, confidence));
    default:
      return assertNever(risk);
  }
}
