import { type ThrottledArray, wantedElements } from './throttle.ts';

/** An array as far as its place among the others goes; `name` is the engine's id. */
export interface PlacedArray extends ThrottledArray {
  /** Open arrays that have to succeed before it may begin. */
  readonly after: readonly string[];
  /** Open arrays that have to be over before it may begin, as the engine was last told. */
  readonly behind: readonly string[];
  /** Elements at once that it may have instead of `parallelism`, which is the least; null: the engine surely knows. */
  readonly unsure: number | null;
  /** So many it may run in any case, because it was allowed to when it was last heard of. */
  readonly allowed: number;
}

/** Where an array stands: elements at once when its turn comes (0: held), and whose end it waits for. */
export interface Place {
  readonly parallelism: number;
  readonly behind: readonly string[];
}

export interface ArrayLimits {
  /** Elements at once over all arrays; null: not limited. */
  readonly total: number | null;
  /** Elements at once of a tag's arrays, as wished for. */
  readonly ofTag: (tag: string) => number;
  /** The part of the limits that a tag has now; 0 holds its arrays. */
  readonly shareOf: (tag: string) => number;
  /** Whether the engine lets arrays wait for each other; where not, they are held instead. */
  readonly keepsOrder: boolean;
}

/**
 * Where an array goes beside others that are there, so that all go on to their end without the app and never more
 * run at once than may: with what is left beside those that may run at the same time, else behind them.
 *
 * @param wanted elements at once that it should have
 */
export function placeFor(
  one: PlacedArray,
  others: readonly PlacedArray[],
  wanted: number,
  limits: ArrayLimits,
): Place {
  const { behind } = one;
  if (wanted === 0) return { parallelism: 0, behind };
  const ancestors = ancestorsOf([...others, one]);
  const beside = others.filter(
    ({ name }) => !ancestors.get(one.name)?.has(name) && !ancestors.get(name)?.has(one.name),
  );
  const isOfTag = ({ tag }: PlacedArray) => tag === one.tag;
  // What has begun before it was made to wait runs on.
  const extra = others.filter((other) => isWaiting(other) && !ancestors.get(one.name)?.has(other.name));
  const most = (isCounted: (other: PlacedArray) => boolean) =>
    mostAtOnce(beside.filter(isCounted), ancestors) +
    extra.filter(isCounted).reduce((sum, other) => sum + inAnyCase(other), 0);
  const room = Math.min(
    limits.total === null ? Number.POSITIVE_INFINITY : limits.total - most(() => true),
    limits.ofTag(one.tag) - most(isOfTag),
  );
  if (room >= 1) return { parallelism: Math.min(wanted, room), behind };
  if (!limits.keepsOrder) return { parallelism: 0, behind };
  return { parallelism: wanted, behind: [...behind, ...beside.map(({ name }) => name)] };
}

/**
 * The next thing to tell the engine so that its arrays stand as they should, or null. What takes workers away comes
 * before what gives them, so that at no moment more run than may.
 *
 * @param arrays all that are open, oldest first
 */
export function nextChange(
  arrays: readonly PlacedArray[],
  limits: ArrayLimits,
): ({ name: string } & Place) | null {
  const ready = arrays.filter(({ after }) => after.length === 0);
  const wanted = new Map<string, number>();
  for (const [tag, ofTag] of Map.groupBy(ready, ({ tag }) => tag))
    for (const [name, count] of wantedElements(ofTag, limits.shareOf(tag))) wanted.set(name, count);

  const unsure = arrays.find((one) => one.unsure !== null && one.pending > 0);
  if (unsure) return { name: unsure.name, ...placeAgain(unsure, wanted.get(unsure.name) ?? null, limits) };

  const ancestors = ancestorsOf(arrays);
  const raises: PlacedArray[] = [];
  for (const one of ready) {
    const want = wanted.get(one.name);
    if (want === undefined) continue;
    const { name, tag, parallelism } = one;
    if (want === 0) {
      const mayWait = limits.keepsOrder && limits.shareOf(tag) > 0;
      if (mayWait ? isWaiting(one) && parallelism > 0 : parallelism === 0) continue;
      const first = arrays.filter(
        (other) => other !== one && !ancestors.get(other.name)?.has(name) && isBefore(other, one, wanted),
      );
      if (!mayWait || first.length === 0) {
        if (parallelism !== 0) return { name, parallelism: 0, behind: one.behind };
        continue;
      }
      const promise = Math.min(limits.shareOf(tag), one.pending);
      const waiting = { ...one, behind: first.map((other) => other.name) };
      const others = arrays.filter((other) => other !== one);
      return { name, ...placeFor(waiting, others, promise, limits) };
    }
    if (isWaiting(one) || parallelism < want) raises.push(one);
    else if (Math.min(parallelism, one.running + one.pending) > want)
      return { name, parallelism: want, behind: one.behind };
  }
  return firstRaise(raises, arrays, ancestors, wanted, limits);
}

/**
 * What to tell the engine about an array of which nobody knows where it stands: nothing that it may not have already,
 * and no more than it should have now.
 *
 * @param wanted elements at once; null: it may not begin yet
 */
function placeAgain(one: PlacedArray, wanted: number | null, { keepsOrder }: ArrayLimits): Place {
  const { behind } = one;
  const mayWait = wanted === null || (wanted === 0 && keepsOrder);
  return { parallelism: mayWait ? one.parallelism : Math.min(one.unsure ?? 0, wanted), behind };
}

/**
 * More for one that has less than it should, once those that come later leave it that. One that itself waits for such
 * goes on waiting: two cannot change places at once, and would stand behind each other if the app ended in between.
 */
function firstRaise(
  raises: readonly PlacedArray[],
  arrays: readonly PlacedArray[],
  ancestors: ReadonlyMap<string, ReadonlySet<string>>,
  wanted: ReadonlyMap<string, number>,
  limits: ArrayLimits,
): ({ name: string } & Place) | null {
  for (const one of raises) {
    const others = arrays.filter((other) => other !== one);
    const parallelism = Math.min(wanted.get(one.name) ?? 0, roomBeside(one, others, limits));
    if (isWaiting(one) ? parallelism < Math.max(1, one.running) : parallelism <= one.parallelism) continue;
    const raised = { ...one, parallelism, behind: [] };
    const changes = others.flatMap((later) => {
      if (!isWaiting(later) || later.parallelism === 0) return [];
      const beside = others.map((other) => (other === later ? raised : other));
      const place = placeFor(later, beside, later.parallelism, limits);
      const isSame = place.parallelism === later.parallelism && place.behind.length === later.behind.length;
      return isSame ? [] : { name: later.name, ...place };
    });
    const [first] = changes;
    if (!first) return { name: one.name, parallelism, behind: [] };
    const isCircular = ({ name, behind }: (typeof changes)[number]) =>
      behind.some((before) => ancestors.get(before)?.has(name));
    if (!changes.some(isCircular)) return first;
  }
  return null;
}

/** What the limits leave an array beside what runs or may begin now. */
function roomBeside(one: PlacedArray, others: readonly PlacedArray[], { total, ofTag }: ArrayLimits): number {
  const taken = (which: readonly PlacedArray[]) =>
    which.reduce((sum, other) => sum + (isWaiting(other) ? inAnyCase(other) : weight(other)), 0);
  return Math.min(
    (total ?? Number.POSITIVE_INFINITY) - taken(others),
    ofTag(one.tag) - taken(others.filter(({ tag }) => tag === one.tag)),
  );
}

/** Whether one comes before another that has to wait: it is to run now, or stands before it already. */
function isBefore(one: PlacedArray, other: PlacedArray, wanted: ReadonlyMap<string, number>): boolean {
  return other.behind.includes(one.name) || one.running > 0 || (wanted.get(one.name) ?? 0) > 0;
}

/** It cannot begin by itself before something else is over. */
function isWaiting({ after, behind }: PlacedArray): boolean {
  return after.length > 0 || behind.length > 0;
}

/** Elements that an array may run at once when nothing changes. */
function weight(one: PlacedArray): number {
  return Math.max(inAnyCase(one), Math.min(one.parallelism, one.running + one.pending));
}

/** Elements that may run now whatever it has to wait for. */
function inAnyCase({ running, allowed }: PlacedArray): number {
  return Math.max(running, allowed);
}

/** An upper bound: arrays that come one after the other count as the largest of them. */
function mostAtOnce(
  arrays: readonly PlacedArray[],
  ancestors: ReadonlyMap<string, ReadonlySet<string>>,
): number {
  const chains: { last: string; most: number }[] = [];
  for (const one of arrays) {
    const chain = chains.find(({ last }) => ancestors.get(one.name)?.has(last));
    if (chain) {
      chain.last = one.name;
      chain.most = Math.max(chain.most, weight(one));
    } else chains.push({ last: one.name, most: weight(one) });
  }
  return chains.reduce((sum, { most }) => sum + most, 0);
}

/** What has to be over before each may begin, directly or not. */
function ancestorsOf(arrays: readonly PlacedArray[]): Map<string, Set<string>> {
  const byName = new Map(arrays.map((one) => [one.name, one]));
  const found = new Map<string, Set<string>>();
  const of = (name: string): Set<string> => {
    const known = found.get(name);
    if (known) return known;
    const all = new Set<string>();
    found.set(name, all);
    const one = byName.get(name);
    for (const before of [...(one?.after ?? []), ...(one?.behind ?? [])]) {
      all.add(before);
      for (const earlier of of(before)) all.add(earlier);
    }
    return all;
  };
  for (const { name } of arrays) of(name);
  return found;
}
