const SIZE = 624;
const SHIFT = 397;

/**
 * `numpy.random.RandomState(seed).permutation(count)`: published replays state their order by it. MT19937 (Matsumoto and
 * Nishimura 1998), then Fisher–Yates with masked rejection, as numpy's legacy generator does.
 *
 * @param seed 0 to 2^32 − 1
 */
export function numpyPermutation(count: number, seed: number): Int32Array {
  const next = mersenneTwister(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const mask = 2 ** (32 - Math.clz32(i)) - 1;
    let j = next() & mask;
    while (j > i) j = next() & mask;
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}

/** Unsigned 32-bit numbers. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    const before = state[i - 1] as number;
    state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
  }
  let at = SIZE;
  return () => {
    if (at === SIZE) {
      twist(state);
      at = 0;
    }
    let value = state[at++] as number;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    return (value ^ (value >>> 18)) >>> 0;
  };
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const joined = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % SIZE] as number) & 0x7fffffff);
    state[i] = (state[(i + SHIFT) % SIZE] as number) ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
  }
}
