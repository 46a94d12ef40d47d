import { hostname } from 'node:os';
import type { Here } from '../planning/advice-terms.ts';
import type { Clock } from '../platform/clock.ts';

/** This machine, now: what a plan made here takes down of where and when. */
export function hereNow(clock: Clock): Here {
  return { now: clock.now(), hostname: hostname() };
}
