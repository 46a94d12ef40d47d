import { AppError } from '../../platform/errors.ts';
import type { RunHandle } from '../../session/run-handle.ts';
import type { LiveRuns } from '../../workspaces/live-runs.ts';

/** @throws AppError E_RUN_NOT_LIVE */
export function liveHandle(liveRuns: LiveRuns, projectId: string, runId: string): RunHandle {
  const handle = liveRuns.get(projectId, runId);
  if (handle) return handle;
  throw new AppError({
    code: 'E_RUN_NOT_LIVE',
    message: 'This run is not going on in this app.',
    hint: 'If it was interrupted, resume it first.',
  });
}

/** @throws AppError E_UNKNOWN_TAG */
export function checkTags(handle: RunHandle, asked: readonly string[]): void {
  const tags = handle.live().pools.map(({ tag }) => tag);
  const unknown = asked.find((tag) => !tags.includes(tag));
  if (unknown === undefined) return;
  throw new AppError({
    code: 'E_UNKNOWN_TAG',
    message: `This run has no workers of the kind “${unknown}”.`,
    hint: `It has ${tags.join(', ') || 'none'}.`,
  });
}
