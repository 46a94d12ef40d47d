import { describeMemory } from '../platform/units.ts';
import type { StagingProgress } from '../session/staging/stage-project.ts';
import type { CommandContext } from './context.ts';
import { Progress } from './progress.ts';

/** Says on stderr what of a project is copied to a site, and how far that is. */
export function stagingLine({ io, output }: CommandContext): (progress: StagingProgress) => void {
  const line = new Progress(io, { quiet: output.quiet, now: Date.now });
  let isTold = false;
  return ({ site, folder, files, changed, doneBytes, totalBytes }) => {
    if (!isTold) {
      isTold = true;
      output.note(
        changed === 0
          ? `The project’s copy on ${site} is up to date: ${folder}`
          : `Copying the project to ${site}, which does not see this folder: ${changed} of ${files} files, ${describeMemory(totalBytes)}, to ${folder}`,
      );
    }
    if (doneBytes < totalBytes)
      line.show(`${describeMemory(doneBytes)} of ${describeMemory(totalBytes)} copied`);
    else line.clear();
  };
}
