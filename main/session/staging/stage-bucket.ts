import type { DeploymentSpec } from '../../manifest/spec.ts';
import type { RunFiles } from '../../providers/run-files.ts';
import type { RunSetting } from '../open-run.ts';
import { projectFiles } from './project-files.ts';

/** Brings a project to the bucket of a run. @throws AppError `E_PROJECT_TOO_LARGE`, and those of the bucket */
export async function stageToBucket(
  bucket: RunFiles,
  spec: DeploymentSpec,
  { onStaging, stagingSignal }: Pick<RunSetting, 'onStaging' | 'stagingSignal'>,
): Promise<void> {
  const files = await projectFiles(spec);
  const progress = (doneBytes: number, totalBytes: number) => ({
    site: bucket.label,
    folder: bucket.projectPlace,
    files: files.length,
    changed: totalBytes === 0 ? 0 : files.length,
    doneBytes,
    totalBytes,
  });
  await bucket.stage(spec.projectFolder, files, {
    ...(stagingSignal && { signal: stagingSignal }),
    ...(onStaging && { onProgress: (done, total) => onStaging(progress(done, total)) }),
  });
}
