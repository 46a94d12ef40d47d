/** Cores in use are measured with a little noise: this much above a whole number is still that number. */
const NOISE = 0.15;

/**
 * Whole cores to ask for: fewer than the manifest's where measurements show that the rest idles, more only where more
 * than asked for was really used.
 *
 * @param coresUsed 95th percentile of CPU time over wall time; null when unmeasured
 */
export function suggestCpus(asked: number, coresUsed: number | null): number {
  if (coresUsed === null) return asked;
  const needed = Math.max(1, Math.ceil(coresUsed - NOISE));
  if (needed < asked) return needed;
  return coresUsed > asked + 0.5 ? needed : asked;
}
