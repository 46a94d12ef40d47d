import type { CheckName } from '../../../main/api/connection-views.ts';

/** The steps of the guide in the order in which they are tried, in words for people who do not know SSH. */
const WORDS: Readonly<Record<CheckName, readonly [title: string, why: string]>> = {
  reach: ['Reach the machine', 'The network leads to the login node and something answers there.'],
  host_key: ['Know its key', 'It is the machine that it says it is.'],
  login: ['Log in', 'With a key, a password or a one-time code.'],
  slurm: ['Find Slurm', 'The commands that submit and watch jobs are there.'],
  partitions: [
    'Read partitions and accounts',
    'What you may choose from, and the limits that plans must keep.',
  ],
  accounting: ['Ask the accounting', 'What ended jobs used; without it, jobs measure themselves.'],
  work_dir: ['Write to the work folder', 'Job scripts, results and logs lie there, in sight of all nodes.'],
  containers: ['Find a container runtime', 'Only for components with an image.'],
  test_job: ['Run a test job', 'A job of a minute that shows the nodes see the work folder.'],
};

export const CHECK_STEPS: readonly {
  readonly name: CheckName;
  readonly title: string;
  readonly why: string;
}[] = Object.entries(WORDS).map(([name, [title, why]]) => ({ name: name as CheckName, title, why }));

export function titleOfStep(name: CheckName): string {
  return WORDS[name][0];
}
