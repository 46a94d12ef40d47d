import type { SiteState } from '../../main/api/connection-views.ts';
import { timeAgo } from './format.ts';

export type Reach = SiteState['reach'];

export function reachLabel(reach: Reach): string {
  switch (reach.state) {
    case 'reachable':
      return 'Reachable';
    case 'unreachable':
      return 'Not answering';
    case 'needs_you':
      return 'Needs you';
  }
}

/** Null: there is nothing to explain. */
export function reachSentence(reach: Reach, now: number = Date.now()): string | null {
  switch (reach.state) {
    case 'reachable':
      return null;
    case 'unreachable':
      return `Not answering since ${timeAgo(reach.since, now)}: ${reach.reason}`;
    case 'needs_you':
      return reach.reason;
  }
}

/** Place in line: `The first of your waiting jobs is number 17 of 214 in short.` Null where none of them waits. */
export function queueSentence(queue: SiteState['queues'][number] | undefined): string | null {
  if (!queue || queue.place === null) return null;
  const { place, waiting, partition } = queue;
  if (waiting === place && place === 1) return `Nobody else waits in ${partition}.`;
  return place === 1
    ? `Yours is the next of ${waiting} waiting jobs in ${partition}.`
    : `The first of your waiting jobs is number ${place} of ${waiting} in ${partition}.`;
}

/** Slurm's fair-share factor in words. Its meaning: 0.5 is an even share, more goes first. */
export function fairShareWords(factor: number): string {
  if (factor > 0.6) return 'you have used less than your share, so your jobs come earlier';
  if (factor < 0.4) return 'you have used more than your share, so your jobs come later';
  return 'you have used about your share';
}

/**
 * Why a job waits, in words. Reasons: man squeue, JOB REASON CODES. What is not known here is shown as Slurm says it.
 */
export function waitingWords(reason: string): string {
  for (const [pattern, words] of REASONS) if (pattern.test(reason)) return words;
  return `Slurm says ${reason}`;
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^Priority$/, 'other jobs come first'],
  [/^Resources$/, 'next in line; waits for free nodes'],
  [/^Dependency$/, 'waits for jobs before it'],
  [/^DependencyNeverSatisfied$/, 'a job before it failed, so it can never begin'],
  [/^JobArrayTaskLimit$/, 'as many run at once as there are workers wished for'],
  [/^JobHeld(User|Admin)$/, 'on hold'],
  [/^BeginTime$/, 'its earliest start has not come yet'],
  [/^PartitionTimeLimit$/, 'asks for more time than the partition allows, so it can never begin'],
  [/^PartitionNodeLimit$/, 'asks for more nodes than the partition allows'],
  [/^Partition(Down|Inactive|Config)$/, 'the partition takes no jobs now'],
  [
    /^(QOSMaxJobsPer|MaxJobsPer|QOSJobLimit|AssocJobLimit|AssocMaxJobs)/,
    'your limit of running jobs is reached',
  ],
  [/^QOSMaxSubmitJob|^(Assoc|QOS)MaxSubmit/, 'your limit of submitted jobs is reached'],
  [/(Cpu|CPU).*(PerUser|PerAccount|Limit|PerJob|Minutes)/i, 'your limit of CPUs is reached'],
  [/Mem.*(PerUser|PerAccount|Limit|PerJob)/i, 'your limit of memory is reached'],
  [/(Grp|PerAccount|Assoc).*/, 'the limit of your account is reached'],
  [/^QOS/, 'a limit of your quality of service is reached'],
  [/^(ReqNodeNotAvail|NodeDown)/, 'the nodes it needs are down or reserved'],
  [/^Reservation/, 'waits for its reservation'],
  [/^Licenses$/, 'waits for licences'],
  [/^(InvalidAccount|InvalidQOS|AccountNotAllowed)$/, 'the account or quality of service is not valid here'],
  [/^(launch|Launch)/, 'could not be started on its node and is on hold'],
  [/^None$/, 'just submitted'],
];
