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
 * How many elements each of one tag's arrays should run so that together they run at most `workers`: the oldest array
 * first, the others wait until it leaves something. Of those that have begun the oldest keep a place whatever runs besides,
 * or all would wait for each other. Arrays of which nothing waits are left out.
 *
 * @param arrays of one tag, oldest first
 * @returns name → elements at once
 */
export function wantedElements(arrays: readonly ThrottledArray[], workers: number): Map<string, number> {
  const wanted = new Map<string, number>();
  // What runs without anything waiting behind it takes its place whatever the throttle says.
  const waiting = arrays.filter(({ pending }) => pending > 0);
  let left = workers - sum(arrays.filter(({ pending }) => pending === 0).map(({ running }) => running));
  // What runs cannot be taken back, so it is counted before anything new is let go.
  let runningLater = sum(waiting.map(({ running }) => running));
  let places = left;
  for (const { name, running, pending } of waiting) {
    runningLater -= running;
    const count = Math.max(0, Math.min(running + pending, left - runningLater));
    left -= Math.max(count, running);
    places -= count;
    wanted.set(name, count);
  }
  for (const { name, running } of waiting) {
    if (running === 0 || wanted.get(name) !== 0 || places < 1) continue;
    wanted.set(name, 1);
    places--;
  }
  return wanted;
}

/**
 * The throttles of one tag's arrays that are not as they should be. Only arrays whose throttle would make a difference
 * are named, because each change is a command on a login node.
 *
 * @param arrays of one tag, oldest first
 * @returns name → elements at once; 0 holds
 */
export function throttles(arrays: readonly ThrottledArray[], workers: number): Map<string, number> {
  const wanted = wantedElements(arrays, workers);
  return new Map(
    arrays.flatMap(({ name, running, pending, parallelism }) => {
      const count = wanted.get(name);
      const isSo = count === undefined || Math.min(parallelism, running + pending) === count;
      return isSo ? [] : [[name, count] as const];
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
