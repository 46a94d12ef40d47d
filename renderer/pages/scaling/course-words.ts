import type { Course } from '../../../main/api/scaling-views.ts';
import { assertNever } from '../../../main/platform/errors.ts';
import { duration, plural } from '../../lib/format.ts';

export function courseName(id: Course['id'], live: boolean): string {
  switch (id) {
    case 'recorded':
      return live ? 'As it is so far' : 'As it was';
    case 'predictive':
      return 'Scalable, predictive';
    case 'fixed':
      return 'Fixed, all workers';
    case 'threshold':
      return 'Threshold rule';
    case 'dask':
      return 'Dask adaptive';
    case 'parsl':
      return 'Parsl simple';
    case 'hpa':
      return 'Kubernetes HPA';
    default:
      return assertNever(id);
  }
}

/** Differences smaller than this share are none. */
const SAME = 0.01;

/** What the other course would mean, compared with the first, in a sentence. */
export function verdict(first: Course, other: Course, live: boolean): string {
  const time = other.makespanSeconds - first.makespanSeconds;
  const took =
    Math.abs(time) <= SAME * first.makespanSeconds
      ? 'takes as long'
      : `is done ${duration(Math.abs(time))} ${time < 0 ? 'sooner' : 'later'}`;
  const hours = other.workerHours - first.workerHours;
  const share = first.workerHours > 0 ? Math.abs(hours) / first.workerHours : 0;
  const cost =
    share <= SAME
      ? 'the same worker-hours'
      : `${Math.round(share * 100)} % ${hours < 0 ? 'fewer' : 'more'} worker-hours`;
  const starts = other.starts - first.starts;
  const started =
    starts === 0
      ? 'as many starts'
      : `${plural(Math.abs(starts), `start ${starts < 0 ? 'fewer' : 'more'}`, `starts ${starts < 0 ? 'fewer' : 'more'}`)}`;
  return `${courseName(other.id, live)} ${took}, with ${cost} and ${started}, compared with “${courseName(first.id, live)}”.`;
}
