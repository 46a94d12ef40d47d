/** Lets the event loop turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * For long loops on the main thread: `await breathe()` after each step lets the event loop turn once the loop
 * has worked for `limitMs`, so that nothing else stalls; between those moments it costs a clock reading.
 */
export function breather(limitMs = 15): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < limitMs) return undefined;
    return nextTurn().then(() => {
      since = performance.now();
    });
  };
}
