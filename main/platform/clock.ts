/** Time comes in as an argument, so that tests decide what time it is. Milliseconds since the epoch, UTC. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** `2026-11-20T20:00:30.125Z`: how a time is written at every edge. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
