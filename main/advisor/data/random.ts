/** Random numbers that a seed fixes: the same history gives the same advice in every process and on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Whole, uniform in [0, bound). */
  below(bound: number): number;
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for folds, bootstraps and permutations. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (bound) => Math.floor(next() * bound) };
}

/** FNV-1a over UTF-16 units: a seed of its own for every named part, so that parts do not disturb each other. */
export function seedFrom(seed: number, ...names: readonly string[]): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const unit of names.join('\u0000')) {
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash;
}

/** 0 … count − 1 in random order (Fisher–Yates). */
export function permutation(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}
