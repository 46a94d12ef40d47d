import { posix } from 'node:path';
import { AppError } from '../../platform/errors.ts';
import type { WorkLayout } from '../provider.ts';

/** Where the volume that courier and work share is found in both containers of a task. */
export const VOLUME = '/mnt/scalable';

/** Tags: whose run it is, and what the app itself made. */
export const RUN_TAG = 'scalable:run';
export const MADE_TAG = 'scalable:made';

/** What the workers see: the project is brought into the volume, and what they write goes from there to the run's objects. */
export function workLayout(runId: string): WorkLayout {
  return { projectFolder: `${VOLUME}/project`, runFolder: `${VOLUME}/runs/${runId}`, copied: 'not-there' };
}

/** Keys of a run's objects. */
export interface RunPlace {
  readonly bucket: string;
  /** All that belongs to the run begins so, without a slash at the end. */
  readonly run: string;
  /** Archives of the project, by content; shared by its runs. */
  readonly projects: string;
}

export function runPlace(
  bucket: { readonly name: string; readonly prefix: string },
  runId: string,
  copyName: string,
): RunPlace {
  const base = bucket.prefix === '' ? '' : `${bucket.prefix}/`;
  return { bucket: bucket.name, run: `${base}runs/${runId}`, projects: `${base}projects/${copyName}` };
}

export const jobKey = ({ run }: RunPlace, array: string) => `${run}/jobs/${array}`;

/** Which archive the run's project is; written when it has been brought there. */
export const projectPointer = ({ run }: RunPlace) => `${run}/project.json`;

/** What an instance has put out: a line `SHA-256  path in the volume` for each file. */
export const outputsKey = ({ run }: RunPlace, instanceId: string) => `${run}/outputs/${instanceId}`;

/** Where a file of the workers' volume is kept. @throws AppError `E_SITE_FILE` for others */
export function keyOfPath({ run }: RunPlace, path: string): string {
  const inVolume = posix.relative(VOLUME, posix.normalize(path));
  const own = `runs/${posix.basename(run)}/`;
  if (inVolume.startsWith(own)) return `${run}/${inVolume.slice(own.length)}`;
  if (inVolume.startsWith('project/')) return `${run}/${inVolume}`;
  throw new AppError({
    code: 'E_SITE_FILE',
    message: `${path} is neither in the project’s folder nor in the run’s, so it is not kept.`,
  });
}
