import type { Timer } from '../batch/timer.ts';
import type { GcpAccess } from '../clouds.ts';
import { atOnce } from './at-once.ts';
import { BatchService } from './batch-service.ts';
import { Bucket } from './bucket.ts';
import type { BucketFolder } from './gcp-options.ts';
import { RUN_LABEL, runOfJob } from './job-request.ts';
import { removeCopy, untouchedCopy } from './project-copy.ts';
import { jobOverAt, jobState } from './task-state.ts';

/** Something of this app in a project that no run of this workspace needs any more. */
export type GcpOrphan =
  /** It runs or waits, and costs money. */
  | { readonly kind: 'job'; readonly name: string; readonly run: string; readonly state: string }
  /** What a run has left in a bucket, its outputs among it. */
  | { readonly kind: 'files'; readonly name: string; readonly run: string; readonly bytes: number }
  /** The project's files as they were brought, which the next run would bring again. */
  | { readonly kind: 'copy'; readonly name: string; readonly run: null; readonly bytes: number };

export interface GcpSweep {
  readonly timer: Timer;
  /** Runs of this workspace: those that go on, and those that are over. Others are unknown here. */
  readonly runs: ReadonlyMap<string, 'live' | 'over'>;
  /** Where runs keep their files; null: files are not looked for. */
  readonly storage: BucketFolder | null;
  /** Where in it the copy of the project lies; null: it has none that is known. */
  readonly copy: string | null;
}

/**
 * What of this app is left in a project and region: jobs whose run is over or unknown, files of runs that are unknown, and, while
 * nothing runs, the copy of the project. Changes nothing. Files of a run that is known belong to it.
 */
export async function gcpOrphans(access: GcpAccess, sweep: GcpSweep): Promise<readonly GcpOrphan[]> {
  const service = new BatchService(access, sweep.timer);
  try {
    const jobs = (await service.labelled(RUN_LABEL, null)).filter((job) => jobOverAt(job) === null);
    const lost = jobs.flatMap((job): GcpOrphan[] => {
      const run = runOfJob(job);
      if (run === null || sweep.runs.get(run) === 'live') return [];
      return [{ kind: 'job', name: job.name?.split('/').at(-1) ?? '', run, state: jobState(job) }];
    });
    const isQuiet = jobs.length === 0 && ![...sweep.runs.values()].includes('live');
    const copies = isQuiet ? await leftCopy(access, sweep) : [];
    return [...lost, ...(await leftFiles(access, sweep)), ...copies];
  } finally {
    await service.close();
  }
}

/** Ends jobs and keeps them, so that what they cost can be read. */
export async function endGcpJobs(
  access: GcpAccess,
  orphans: readonly GcpOrphan[],
  timer: Timer,
): Promise<void> {
  const service = new BatchService(access, timer);
  try {
    const jobs = orphans.filter(({ kind }) => kind === 'job');
    await atOnce(jobs, ({ name }) => service.cancel(name));
  } finally {
    await service.close();
  }
}

/** Ends and removes them. A job is gone when this resolves as far as the service has accepted it. */
export async function removeGcpOrphans(
  access: GcpAccess,
  orphans: readonly GcpOrphan[],
  { timer, storage }: Pick<GcpSweep, 'timer' | 'storage'>,
): Promise<void> {
  const service = new BatchService(access, timer);
  try {
    await atOnce(
      orphans.filter(({ kind }) => kind === 'job'),
      ({ name }) => service.remove(name),
    );
  } finally {
    await service.close();
  }
  if (storage === null) return;
  const bucket = new Bucket(access, storage.bucket, timer);
  for (const { name, kind } of orphans) {
    if (kind === 'copy') await removeCopy(bucket, name);
    if (kind !== 'files') continue;
    // The deepest first, as folders of some buckets must be empty to go.
    const objects = (await bucket.list(name))
      .map((object) => object.name)
      .sort()
      .reverse();
    const files = objects.filter((object) => !object.endsWith('/'));
    await atOnce(files, (object) => bucket.remove(object));
    for (const folder of objects.filter((object) => object.endsWith('/'))) await bucket.remove(folder);
  }
}

async function leftFiles(access: GcpAccess, { timer, runs, storage }: GcpSweep): Promise<GcpOrphan[]> {
  if (storage === null) return [];
  const bucket = new Bucket(access, storage.bucket, timer);
  const prefix = `${storage.prefix === '' ? '' : `${storage.prefix}/`}.scalable/runs/`;
  const folders = (await bucket.folders(prefix)).filter((folder) => !runs.has(runOf(folder)));
  return atOnce(folders, async (name): Promise<GcpOrphan> => {
    const objects = await bucket.list(name);
    return {
      kind: 'files',
      name,
      run: runOf(name),
      bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  });
}

async function leftCopy(access: GcpAccess, { timer, storage, copy }: GcpSweep): Promise<GcpOrphan[]> {
  if (storage === null || copy === null) return [];
  const untouched = await untouchedCopy(new Bucket(access, storage.bucket, timer), copy);
  const bytes = untouched.reduce((sum, object) => sum + object.bytes, 0);
  return untouched.length === 0 ? [] : [{ kind: 'copy', name: copy, run: null, bytes }];
}

const runOf = (folder: string) => folder.replace(/\/$/, '').split('/').at(-1) ?? '';
