import type { WorkerTime } from '../providers/provider.ts';
import type { PlannedInstance } from '../telemetry/events.ts';

/** Short instances share a worker until it has worked for about so long: what array jobs are cut into. */
const WORKER_SECONDS = 300;

/**
 * For how long workers are there that come with their work and go with it, as on clouds: one entry for each request of a
 * component. `seconds`: of each instance. `startSeconds`: from when a worker is paid for until it works.
 */
export function workerTime(
  instances: readonly Pick<PlannedInstance, 'component' | 'request'>[],
  seconds: readonly number[],
  startSeconds: number,
): WorkerTime[] {
  const kinds = new Map<string, { -readonly [Key in keyof WorkerTime]: WorkerTime[Key] }>();
  for (const [at, { component, request }] of instances.entries()) {
    const { cpus, memoryBytes } = request;
    const key = JSON.stringify([component, cpus, memoryBytes]);
    const kind = kinds.get(key) ?? { component, request, seconds: 0, workers: 0 };
    kind.seconds += seconds[at] ?? 0;
    kind.workers += Math.min(1, (seconds[at] ?? 0) / WORKER_SECONDS);
    kinds.set(key, kind);
  }
  return [...kinds.values()].map((kind) => {
    // Thirty tenths are three, also where they add up to a little more.
    const workers = Math.max(1, Math.ceil(kind.workers - 1e-9));
    return { ...kind, workers, seconds: kind.seconds + workers * startSeconds };
  });
}
