import { expect, it } from 'vitest';
import { POLL_PACE, paceOf, pollInterval } from '../../../../main/providers/batch/poll-interval.ts';

it('asks no more often than the connection’s profile wants, and never faster later than at first', () => {
  const pace = paceOf(40);
  expect(pollInterval({ quietMs: 0, running: 3, failures: 0 }, pace)).toBe(40_000);
  expect(pollInterval({ quietMs: 600_000, running: 3, failures: 0 }, pace)).toBeGreaterThanOrEqual(40_000);
  expect(paceOf(null)).toBe(POLL_PACE);
});
