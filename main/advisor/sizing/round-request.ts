import { MIB } from '../../platform/units.ts';

/** Smaller requests save nothing and fail when a runtime grows by a library. */
const LEAST_MEMORY = 16 * MIB;
const LEAST_STEP = 2 * MIB;

/**
 * Rounds a request up by at most about 1.6 %: to 8 MiB from 512 MiB, 32 MiB from 2 GiB, 128 MiB from 8 GiB,
 * 512 MiB from 32 GiB, and the powers of two between. Equal steps let equal work share one array job.
 */
export function roundMemory(bytes: number): number {
  const wanted = Math.max(bytes, LEAST_MEMORY);
  const step = Math.max(LEAST_STEP, 2 ** Math.floor(Math.log2(wanted / 64)));
  return Math.ceil(wanted / step) * step;
}

/** Schedulers count whole minutes, and start-up alone may take one. */
const LEAST_WALLTIME = 60;

/** Rounds a time limit up: to 30 s below 10 minutes, then to minutes, 5 minutes (from 1 h), 15 minutes (6 h), hours (1 day). */
export function roundWalltime(seconds: number): number {
  const wanted = Math.max(seconds, LEAST_WALLTIME);
  const step =
    wanted <= 600 ? 30 : wanted <= 3600 ? 60 : wanted <= 21_600 ? 300 : wanted <= 86_400 ? 900 : 3600;
  return Math.ceil(wanted / step) * step;
}
