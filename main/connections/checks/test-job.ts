import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../platform/errors.ts';
import { plainText } from '../../platform/plain-text.ts';
import type { Site } from '../../providers/site.ts';
import type { SshProfile } from '../profile.ts';

export interface TestJobOptions {
  readonly profile: Pick<SshProfile, 'partition' | 'account'>;
  /** Absolute. */
  readonly folder: string;
  /** Unique: names the job and its file. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** How long it may wait in the queue and run. */
  readonly patienceSeconds: number;
  readonly lookEverySeconds: number;
  readonly onProgress: (sentence: string) => void;
}

/**
 * A real job of one minute at most that writes into the work folder. Whatever happens, job and file are removed.
 * @returns what is to be told. @throws AppError E_SITE_TEST_JOB, E_CANCELLED, and those of the site
 */
export async function runTestJob(site: Site, options: TestJobOptions): Promise<string> {
  const { folder, name, signal } = options;
  const file = `${folder}/${name}.txt`;
  const jobId = await submit(site, options);
  let isOver = false;
  try {
    const end = Date.now() + options.patienceSeconds * 1000;
    while (Date.now() < end) {
      const answer = await site.readFile(file);
      const node = answer ? /^node (\S+)\n/.exec(Buffer.from(answer).toString())?.[1] : undefined;
      if (node !== undefined) {
        isOver = true;
        return `Job ${jobId} ran on ${plainText(node, 80)} and wrote into ${folder}.`;
      }
      const state = await queueState(site, jobId);
      if (state !== null && /^(?:FAILED|CANCELLED|TIMEOUT|NODE_FAIL|BOOT_FAIL|OUT_OF_MEMORY)/.test(state)) {
        isOver = true;
        throw failed(
          `Job ${jobId} ended as ${state} and wrote nothing into ${folder}.`,
          'The nodes may not see this folder: choose one on the file system that they share.',
        );
      }
      if (state !== null) options.onProgress(`Job ${jobId}: ${state}.`);
      await sleep(options.lookEverySeconds * 1000, undefined, { signal }).catch(() => {
        throw new AppError({ code: 'E_CANCELLED', message: 'The test job was stopped.' });
      });
    }
    throw failed(
      `Job ${jobId} had not run after ${Math.round(options.patienceSeconds / 60)} min.`,
      'The queue may be long now; try again later, or choose a partition for short jobs.',
    );
  } finally {
    if (!isOver) await site.exec(['scancel', jobId]);
    await site.exec(['rm', '-f', '--', file, `${folder}/${name}.log`]);
  }
}

async function submit(site: Site, { profile, folder, name }: TestJobOptions): Promise<string> {
  const argv = [
    'sbatch',
    '--parsable',
    `--job-name=${name}`,
    '--ntasks=1',
    '--cpus-per-task=1',
    '--time=00:01:00',
    '--no-requeue',
    '--export=NONE',
    `--chdir=${folder}`,
    `--output=${folder}/${name}.log`,
    ...(profile.partition ? [`--partition=${profile.partition}`] : []),
    ...(profile.account ? [`--account=${profile.account}`] : []),
  ];
  const stdin = `#!/bin/sh\nprintf 'node %s\\n' "$(uname -n)" > ${name}.tmp && mv ${name}.tmp ${name}.txt\n`;
  const { exitCode, stdout, stderr } = await site.exec(argv, { stdin });
  const jobId = /^(\d+)(?:;\S+)?$/m.exec(stdout)?.[1] ?? /Submitted batch job (\d+)/.exec(stdout)?.[1];
  if (exitCode === 0 && jobId !== undefined) return jobId;
  throw failed(
    `The site did not take a job: ${plainText(stderr || stdout, 300)}`,
    'Choose another partition or account for this connection.',
  );
}

/** `PENDING (Priority)`; null when the queue says nothing. */
async function queueState(site: Site, jobId: string): Promise<string | null> {
  const { exitCode, stdout } = await site.exec(['squeue', '-h', '-t', 'all', '-j', jobId, '-o', '%T (%r)']);
  return exitCode === 0 ? plainText(stdout, 100).replace(' (None)', '') || null : null;
}

const failed = (message: string, hint: string): AppError =>
  new AppError({ code: 'E_SITE_TEST_JOB', message, hint });
