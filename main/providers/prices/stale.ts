/** Prices older than this may have changed. */
const FRESH_DAYS = 90;

/** Whether a table's prices are too old to be relied on. `now`: milliseconds since the epoch. */
export function isStale(pricesFrom: string, now: number): boolean {
  return now - Date.parse(`${pricesFrom}T00:00:00Z`) > FRESH_DAYS * 86_400_000;
}
