/** An array as far as its throttle goes. */
export interface ThrottledArray {
  readonly name: string;
  readonly tag: string;
  readonly running: number;
  readonly pending: number;
  /** Elements at once as the engine was last told. */
  readonly parallelism: number;
}

/**
 * Shares a limit over all tags fairly: nobody gets more than it can use or wishes, and what one leaves goes to the
 * others. Tags with less demand are served in full first (max-min fairness).
 *
 * @param wished workers per tag
 * @param demand elements per tag that run or wait
 */
export function shareWorkers(
  wished: Readonly<Record<string, number>>,
  demand: Readonly<Record<string, number>>,
  total: number | null,
): Record<string, number> {
  if (total === null) return { ...wished };
  const uses = Object.keys(wished)
    .map((tag) => ({ tag, use: Math.min(wished[tag] ?? 0, demand[tag] ?? 0) }))
    .sort((a, b) => a.use - b.use);
  const shares: Record<string, number> = {};
  let left = total;
  for (const [at, { tag, use }] of uses.entries()) {
    shares[tag] = Math.min(use, Math.floor(left / (uses.length - at)));
    left -= shares[tag];
  }
  // The remainder of the division, one each, to whoever can use more.
  for (const { tag, use } of uses) {
    const more = Math.min(left, use - (shares[tag] ?? 0));
    shares[tag] = (shares[tag] ?? 0) + more;
    left -= more;
  }
  return shares;
}

/**
 * What the throttles of one tag's arrays should be so that together they run at most `workers` elements: the oldest
 * array first, the others hold until it leaves something. Only arrays whose throttle would make a difference are named,
 * because each change is a command on a login node.
 *
 * @param arrays of one tag, oldest first
 * @returns name → elements at once; 0 holds
 */
export function throttles(arrays: readonly ThrottledArray[], workers: number): Map<string, number> {
  const changes = new Map<string, number>();
  // What runs without anything waiting behind it takes its place whatever the throttle says.
  const waiting = arrays.filter(({ pending }) => pending > 0);
  let left = workers - sum(arrays.filter(({ pending }) => pending === 0).map(({ running }) => running));
  // What runs cannot be taken back, so it is counted before anything new is let go.
  let runningLater = sum(waiting.map(({ running }) => running));
  for (const { name, running, pending, parallelism } of waiting) {
    runningLater -= running;
    const remaining = running + pending;
    const wanted = Math.max(0, Math.min(remaining, left - runningLater));
    left -= Math.max(wanted, running);
    if (Math.min(parallelism, remaining) !== wanted) changes.set(name, wanted);
  }
  return changes;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
