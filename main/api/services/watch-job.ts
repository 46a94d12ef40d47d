import { EventQueue } from '../../platform/event-queue.ts';
import type { JobState, LiveJobs } from '../../workspaces/live-training.ts';

/** How a project's job of one kind stands, then every change, until nobody listens. */
export async function* watchJob<Result>(
  jobs: LiveJobs<Result>,
  projectId: string,
  signal: AbortSignal,
): AsyncGenerator<JobState<Result>> {
  const changes = new EventQueue<JobState<Result>>();
  const stopWatching = jobs.watch(projectId, (state) => changes.push(state));
  const end = () => changes.end();
  signal.addEventListener('abort', end, { once: true });
  try {
    yield jobs.state(projectId);
    if (!signal.aborted) yield* changes;
  } finally {
    stopWatching();
    signal.removeEventListener('abort', end);
  }
}
