/** Workers of one tag: how many are wished for, and how many could do something now (running and queued work). */
export interface TagDemand {
  readonly tag: string;
  readonly wished: number;
  readonly busy: number;
  readonly queued: number;
}

/**
 * How many workers each tag gets when all together may be at most `maximum`. When the wishes do not fit, busy workers
 * stay, the rest goes in turns to tags that have work waiting, and what is left to the wishes: so every tag with work
 * comes to its turn, and a maximum of 4 is four workers.
 */
export function allocateWorkers(demands: readonly TagDemand[], maximum: number): Map<string, number> {
  const total = demands.reduce((sum, d) => sum + d.wished, 0);
  if (total <= maximum) return new Map(demands.map((d) => [d.tag, d.wished]));
  const given = new Map(demands.map((d) => [d.tag, Math.min(d.wished, d.busy)]));
  let left = maximum - [...given.values()].reduce((sum, n) => sum + n, 0);
  const useful = (d: TagDemand) => Math.min(d.wished, d.busy + d.queued);
  for (const limit of [useful, (d: TagDemand) => d.wished]) {
    for (let gave = true; gave && left > 0; ) {
      gave = false;
      for (const demand of demands) {
        const has = given.get(demand.tag) ?? 0;
        if (left <= 0 || has >= limit(demand)) continue;
        given.set(demand.tag, has + 1);
        left--;
        gave = true;
      }
    }
  }
  return given;
}
