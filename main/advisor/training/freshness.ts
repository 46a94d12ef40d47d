/** Stored models are out of date when the history has grown by this share since. */
const STALE_GROWTH = 0.5;
/** Histories up to here are learned while the user waits for a plan. */
const QUICK_ROWS = 3000;

/**
 * Who answers when a plan is made: models that were stored, models learned on the spot, or quantiles.
 *
 * @param rows attempts in the history now
 * @param trainedRows as many there were at the last training; null without one
 */
export function answeringNow(
  rows: number,
  trainedRows: number | null,
): 'stored' | 'on the spot' | 'quantiles' {
  if (trainedRows !== null && rows <= trainedRows * (1 + STALE_GROWTH)) return 'stored';
  return rows <= QUICK_ROWS ? 'on the spot' : 'quantiles';
}
