import { seldom } from '../../platform/seldom.ts';
import { describeMemory } from '../../platform/units.ts';
import type { RunSetting } from '../../session/open-run.ts';
import type { RunHandle } from '../../session/run-handle.ts';
import type { StagingProgress } from '../../session/staging/stage-project.ts';
import type { JobProgress } from '../../workspaces/live-training.ts';
import type { LiveTransfers } from '../../workspaces/live-transfers.ts';

export type Staging = Required<Pick<RunSetting, 'onStaging' | 'stagingSignal'>>;

/** Starts runs of a project one after the other; whoever watches sees the copying that may come first. */
export async function startInTurn(
  { starts }: LiveTransfers,
  projectId: string,
  start: (staging: Staging) => Promise<RunHandle>,
): Promise<RunHandle> {
  for (let before = starts.get(projectId); before; before = starts.get(projectId))
    await before.finished.catch(() => undefined); // its own caller is told
  const { promise, resolve, reject } = Promise.withResolvers<RunHandle>();
  starts.startOrJoin(
    projectId,
    async (onProgress, stagingSignal) => {
      const tell = seldom(onProgress);
      const started = start({ stagingSignal, onStaging: (progress) => tell(stagingStep(progress)) });
      started.then(resolve, reject);
      // The job is remembered when it is over; a whole run is not to be.
      return { runId: (await started).runId };
    },
    '',
  );
  return promise;
}

/** How far a project's copy is, in a sentence. */
export function stagingStep(progress: StagingProgress): JobProgress {
  const { site, folder, files, changed, doneBytes, totalBytes } = progress;
  if (changed === 0) return { fraction: 1, step: `The copy on ${site} is up to date: ${folder}` };
  const share = totalBytes === 0 ? 1 : doneBytes / totalBytes;
  return {
    fraction: Math.min(1, share),
    step: `${describeMemory(doneBytes)} of ${describeMemory(totalBytes)}; ${changed} of ${files} files differ. To ${folder} on ${site}`,
  };
}
