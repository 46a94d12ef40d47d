import { assertNever } from '../../platform/errors.ts';
import type { FailurePrice } from './ladder.ts';

/** How much a killed attempt may cost to save memory elsewhere. */
export type Risk = 'frugal' | 'balanced' | 'never_fail';

export const RISK_NAMES = ['frugal', 'balanced', 'never_fail'] as const satisfies readonly Risk[];

export const RISKS: Readonly<Record<Risk, FailurePrice>> = {
  /** Memory × time is all that counts. */
  frugal: { attempts: 0, hours: 0 },
  /** Two fifths as much again, and three minutes in the queue: short tasks are hardly ever worth a failure. */
  balanced: { attempts: 0.4, hours: 1 / 20 },
  /** Only where the history says that no reasonable request is enough. */
  never_fail: { attempts: 50, hours: 2 },
};

/** So sure is a first request that is never to fail: more than the history of most tasks can tell. */
const SUREST = 0.999;

/** How sure a first request must be at a risk, where somebody asked for `confidence`. */
export function leastConfidence(risk: Risk, confidence: number): number {
  switch (risk) {
    case 'frugal':
      return 0;
    case 'balanced':
      return confidence;
    case 'never_fail':
      return Math.max(confidence, SUREST);
    default:
      return assertNever(risk);
  }
}

/** As written on the command line (`never-fail`) or in code (`never_fail`); what is no risk is balanced. */
export function riskNamed(name: string): Risk {
  return RISK_NAMES.find((risk) => risk === name.replaceAll('-', '_')) ?? 'balanced';
}
