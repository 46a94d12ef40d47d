import { randomBytes } from 'node:crypto';

/** A project name as it may stand in file names: runs of other characters become one dash. */
export function slug(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '') || 'project';
}

/** `run-20261120T200007Z-grid-study-03616183`: sorts by time, says whose it is, and does not collide. */
export function newRunId(project: string, now: number): string {
  const stamp = new Date(now)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return `run-${stamp}-${slug(project)}-${randomBytes(4).toString('hex')}`;
}

/** `simulate.17`: unique in its run, stable from plan to report, and safe as a file name. */
export function instanceId(task: string, index: number): string {
  return `${slug(task)}.${index}`;
}

/** A short random id for whatever needs one that nobody types. */
export function newId(): string {
  return randomBytes(8).toString('hex');
}
