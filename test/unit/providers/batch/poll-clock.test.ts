import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PollClock } from '../../../../main/providers/batch/poll-clock.ts';
import { POLL_PACE, paceOf } from '../../../../main/providers/batch/poll-interval.ts';

/** Moments at which a site is asked within ten minutes, when the end is always foreseen so many milliseconds ahead. */
function questions(clock: PollClock, aheads: readonly number[]): number[] {
  const asked: number[] = [];
  for (let now = 0; now < 600_000; ) {
    now = Math.max(now, clock.nextAt(now, 5, now + (aheads[asked.length % aheads.length] ?? 0)));
    clock.asked(now);
    asked.push(now);
  }
  return asked;
}

it('asks once more where the end is near, and on average not more often than in the shortest interval', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(8000), { minLength: 1, maxLength: 20 }), (aheads) => {
      const asked = questions(new PollClock(POLL_PACE, 0, false), aheads);
      for (const at of asked)
        expect(asked.filter((other) => other > at - 20_000 && other <= at).length).toBeLessThanOrEqual(4);
    }),
  );
  const clock = new PollClock(POLL_PACE, 0, false);
  clock.asked(2500);
  expect(clock.nextAt(2500, 5, null)).toBe(7500);
  expect(clock.nextAt(2500, 5, 5000)).toBe(5300);
  expect(clock.nextAt(2500, 5, 2600)).toBe(3500);
});

it('never asks more often than the connection’s profile wants, whatever is foreseen', () => {
  const asked = questions(new PollClock(paceOf(8), 0, false), [0, 100, 3000]);
  for (const [i, at] of asked.entries())
    if (i > 0) expect(at - (asked[i - 1] ?? 0)).toBeGreaterThanOrEqual(8000);
});
