import type { FailurePrice } from './ladder.ts';

/** How much a killed attempt may cost to save memory elsewhere. */
export type Risk = 'frugal' | 'balanced' | 'never_fail';

export const RISKS: Readonly<Record<Risk, FailurePrice>> = {
  /** Memory × time is all that counts. */
  frugal: { attempts: 0, hours: 0 },
  /** Two fifths as much again, and three minutes in the queue: short tasks are hardly ever worth a failure. */
  balanced: { attempts: 0.4, hours: 1 / 20 },
  /** Only where the history says that no reasonable request is enough. */
  never_fail: { attempts: 50, hours: 2 },
};

/** As written on the command line (`never-fail`) or in code (`never_fail`); what is no risk is balanced. */
export function riskNamed(name: string): FailurePrice {
  const key = name.replaceAll('-', '_');
  return Object.hasOwn(RISKS, key) ? RISKS[key as Risk] : RISKS.balanced;
}
