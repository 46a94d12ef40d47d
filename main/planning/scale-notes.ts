import type { DeploymentSpec } from '../manifest/spec.ts';
import { describeDuration } from '../platform/units.ts';
import type { PlannedInstance } from '../telemetry/events.ts';
import type { Plan } from './plan.ts';

/** After how long the site ends a worker; null: it does not. */
export function walltimeOf({ target }: DeploymentSpec): number | null {
  return target.provider === 'local' ? null : target.walltimeSeconds;
}

/** A prediction for a site where nobody has seen a worker start yet is short by that start. */
export function startNotCounted(spec: DeploymentSpec, startupSeconds: number | undefined): Plan['notes'] {
  if (startupSeconds !== undefined || spec.target.provider === 'local') return [];
  return [
    {
      code: 'W_START_NOT_MEASURED',
      message:
        'How long workers of this target take to start was not measured yet: the predicted time begins when they can work.',
    },
  ];
}

/** What the site would end before it is done, however many workers there are. */
export function tooLong(instances: readonly PlannedInstance[], spec: DeploymentSpec): Plan['notes'] {
  const long = instances.flatMap(({ task, request, predicted }) => {
    const limit = request.walltimeSeconds ?? walltimeOf(spec);
    const seconds = predicted.wallSeconds?.point ?? 0;
    return limit !== null && seconds > limit ? [{ task, seconds, limit }] : [];
  });
  const [first, ...others] = long;
  if (!first) return [];
  const worst = others.reduce((most, one) => (one.seconds > most.seconds ? one : most), first);
  const which = long.length === 1 ? 'One instance' : `${long.length} of ${instances.length} instances`;
  return [
    {
      code: 'W_LONGER_THAN_WALLTIME',
      message: `${which} cannot end within the time limit, whatever the number of workers: ${worst.task} is predicted to take ${describeDuration(worst.seconds)} and is ended after ${describeDuration(worst.limit)}. Raise the walltime, or divide the work.`,
    },
  ];
}

export function noDurations(unknown: number, total: number): Plan['notes'][number] {
  const which = unknown === total ? 'these tasks' : `${unknown} of ${total} instances`;
  return {
    code: 'W_NO_DURATIONS',
    message: `Nothing is recorded yet about how long ${which} take, so time cannot be predicted and all allowed workers are used.`,
  };
}

/** What was wished for is not passed over in silence where nothing can be said about it. */
export function notJudged(deadlineHours: number | null, budgetUsd: number | null): Plan['notes'] {
  const wishes = [
    ...(deadlineHours === null ? [] : [`the deadline of ${describeDuration(deadlineHours * 3600)}`]),
    ...(budgetUsd === null ? [] : [`the budget of $${budgetUsd}`]),
  ];
  if (wishes.length === 0) return [];
  return [
    {
      code: 'W_WISHES_NOT_JUDGED',
      message: `Whether ${wishes.join(' and ')} can be kept is not known before something was measured. While the run goes on a budget is never passed; a deadline is aimed at by a run that scales itself (--adaptive).`,
    },
  ];
}

export function someDurations(unknown: number, total: number): Plan['notes'][number] {
  return {
    code: 'W_SOME_DURATIONS',
    message: `Nothing is recorded yet about how long ${unknown} of ${total} instances take; the predicted time assumes the mean of the others for them.`,
  };
}
