import type { TaskAdvice } from '../../../main/api/advisor-views.ts';

/** Whether taking the advice would change a number of the manifest. */
export function changesAnything({ current, recommended }: TaskAdvice): boolean {
  return (
    current.cpus !== recommended.cpus ||
    current.memory !== recommended.memory ||
    (recommended.walltime !== null && current.walltime !== recommended.walltime)
  );
}
