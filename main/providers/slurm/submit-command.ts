import { readFile } from 'node:fs/promises';
import { AppError, toErrorData } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import { resourcePath } from '../../platform/resources.ts';
import { formatDuration, MIB } from '../../platform/units.ts';
import type { ArrayOrder, ArraySubmission } from '../batch/batch-engine.ts';
import type { CommandResult } from '../site.ts';
import { numberOf } from './array-id.ts';
import { shellQuote } from './shell-quote.ts';
import type { SlurmOptions } from './slurm-options.ts';

/** Seconds before the time limit at which the script is told to begin nothing more. */
const WARN_SECONDS = 60;

/** The script that sbatch reads from its standard input: assignments, then the template. */
export async function jobScript(jobs: string, submission: ArraySubmission): Promise<string> {
  const template = await readFile(resourcePath('slurm', 'element.sh'), 'utf8');
  const values = {
    jobs,
    name: submission.name,
    chunks: `${jobs}/chunks/${submission.name}`,
    memory: submission.request.memoryBytes === null ? '-' : String(submission.request.memoryBytes),
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${shellQuote(value)}\n`);
  return `#!/bin/sh\n${lines.join('')}${template}`;
}

/**
 * sbatch with all options on the command line, where neither a user's `SBATCH_*` variables nor the site's defaults
 * override them. The user's own flags come last and win.
 */
export function sbatchArguments(submission: ArraySubmission, jobs: string, options: SlurmOptions): string[] {
  const { request, elements, parallelism, elementWalltimeSeconds: seconds, after } = submission;
  const given = (flag: string, value: string | null) => (value === null ? [] : [`--${flag}=${value}`]);
  return [
    'sbatch',
    '--parsable',
    `--job-name=${submission.name}`,
    `--array=0-${elements.length - 1}${parallelism > 0 ? `%${parallelism}` : ''}`,
    ...(parallelism > 0 ? [] : ['--hold']),
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${request.cpus}`,
    ...given('mem', request.memoryBytes === null ? null : `${jobMib(request.memoryBytes)}M`),
    ...given('time', seconds === null ? null : formatDuration(Math.ceil(seconds / 60) * 60)),
    ...(seconds === null || seconds <= 2 * WARN_SECONDS ? [] : [`--signal=B:USR2@${WARN_SECONDS}`]),
    ...given('partition', options.partition),
    ...given('account', options.account),
    ...given('qos', options.qos),
    ...given('constraint', options.constraint),
    ...given('dependency', dependency(submission) || null),
    ...(after.length > 0 ? ['--kill-on-invalid-dep=yes'] : []),
    `--chdir=${jobs}`,
    `--output=${jobs.replaceAll('%', '%%')}/log/%A.${submission.name}_%a.txt`,
    '--no-requeue',
    '--open-mode=append',
    '--export=NONE',
    ...options.flags,
  ];
}

/** What Slurm is told that an array waits for; empty: nothing. */
export function dependency({ after, behind = [] }: ArrayOrder): string {
  const kinds = [
    after.length > 0 ? `afterok:${after.map(numberOf).join(':')}` : '',
    behind.length > 0 ? `afterany:${behind.map(numberOf).join(':')}` : '',
  ];
  return kinds.filter((kind) => kind !== '').join(',');
}

/**
 * What Slurm is asked for, in MiB. It counts the element's own shells too (9 MiB measured where it samples), which are no part
 * of what a task was measured to use: a small request would be killed for them. To a large one they make no difference, and
 * it may be all that a node has.
 */
function jobMib(memoryBytes: number): number {
  const mib = Math.ceil(memoryBytes / MIB);
  return mib < SMALL_MIB ? mib + SHELLS_MIB : mib;
}

const SMALL_MIB = 512;
const SHELLS_MIB = 16;

/** Sites print banners around the answer, and some print only the sentence. Null: nobody can tell. */
export function submittedId(stdout: string): string | null {
  const lines = stdout.split(/\r?\n/).map((line) => line.trim());
  const bare = lines.map((line) => /^(\d+)(;\S+)?$/.exec(line)?.[1]).filter((id) => id !== undefined);
  if (bare.length > 0) return bare.at(-1) ?? null;
  return /Submitted batch job (\d+)/.exec(stdout)?.[1] ?? null;
}

const NOT_NOW =
  /SubmitJobLimit|MaxSubmit|QOSMaxSubmit|job submit limit|violates accounting\/QOS policy|temporarily unable to accept|too many|try again later/i;
const NOT_BEGUN =
  /Unable to contact slurm controller \(connect failure\)|Connection refused|sbatch: (command )?not found/i;
const UNKNOWN = /timed out|Zero Bytes|Communication connection failure|Unexpected message|Connection reset/i;

/** Why the files of an array could not be written. Nothing was submitted yet, whatever became of them. */
export function notBrought(error: unknown, label: string): AppError {
  const { code, hint } = toErrorData(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'E_SITE_REPLY_LOST' || code === 'E_SITE_TIMEOUT' || code === 'E_SITE_UNREACHABLE')
    return new AppError({ code: 'E_SITE_UNREACHABLE', message }, { cause: error });
  return new AppError(
    {
      code: 'E_SUBMIT_REFUSED',
      message: `The work could not be brought to ${label}: ${message}`,
      hint:
        error instanceof AppError && hint
          ? hint
          : 'Check the folder’s permissions, and the space and quota that are left.',
    },
    { cause: error },
  );
}

/** Slurm has forgotten what an array was to come after: it would wait for another, or for nothing. */
export function dependencyGone(label: string): AppError {
  return new AppError({
    code: 'E_SUBMIT_REFUSED',
    message: `Slurm on ${label} does not know any more what this was to come after.`,
  });
}

/** What a submission that gave no id means: never "failed" where the site may have accepted it. */
export function submitFailure({ exitCode, stdout, stderr }: CommandResult, label: string): AppError {
  const said = [...stderr.split('\n'), ...stdout.split('\n')]
    .map((line) => plainText(line, 300).replace(/^sbatch: (error: )?/, ''))
    .filter((line) => line !== '')
    .slice(0, 6)
    .join(' · ');
  const about = (code: string, message: string, hint: string) =>
    new AppError({
      code,
      message,
      hint,
      details: { exitCode, stdout: stdout.slice(0, 2000), stderr: stderr.slice(0, 2000) },
    });
  if (NOT_NOW.test(said))
    return about(
      'E_SUBMIT_LIMIT',
      `${label} takes no more jobs now: ${said}`,
      'It is tried again when some have ended.',
    );
  if (NOT_BEGUN.test(said))
    return about(
      'E_SITE_UNREACHABLE',
      `Slurm on ${label} does not answer: ${said}`,
      'It is tried again by itself.',
    );
  if (exitCode === null || exitCode === 0 || said === '' || UNKNOWN.test(said))
    return about(
      'E_SITE_REPLY_LOST',
      `${label} gave no clear answer to a submission: ${said || 'nothing'}`,
      'It is looked for.',
    );
  return about(
    'E_SUBMIT_REFUSED',
    `Slurm refused the job: ${said}`,
    'Change the request or the target’s options.',
  );
}
