const EVERY_MS = 200;

/**
 * Passes the first value on, then at most five a second: for progress that changes faster than anybody looks. The last
 * value may be left out, so that an end must be told in another way.
 */
export function seldom<Value>(
  tell: (value: Value) => void,
  now: () => number = Date.now,
): (value: Value) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (value) => {
    if (now() - last < EVERY_MS) return;
    last = now();
    tell(value);
  };
}
