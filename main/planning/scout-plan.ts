import type { TaskSpec } from '../manifest/spec.ts';
import type { PlanOptions } from './plan.ts';
import { chooseScouts, scoutCount } from './scout-choice.ts';
import type { SizedInstance } from './task-plan.ts';

/**
 * Marks the instances of a task that run first, where history cannot size it: then the rest waits for what they measure.
 * With `sizing: scouts` history is not asked whether it could.
 */
export function withScouts(
  task: TaskSpec,
  sized: readonly SizedInstance[],
  { sizing = 'auto', scouts }: PlanOptions,
): { readonly planned: readonly SizedInstance[]; readonly scouts: readonly string[] } {
  const wanted = scouts !== false && (sizing === 'scouts' || (sizing === 'auto' && !isKnown(sized)));
  const count = wanted ? scoutCount(task.scouts, sized.length) : 0;
  if (count === 0) return { planned: sized, scouts: [] };
  const chosen = chooseScouts(
    sized.map(({ instance }) => instance.features),
    count,
  );
  const planned = [...sized];
  for (const at of chosen) {
    const { sizing: given, instance } = sized[at] as SizedInstance;
    planned[at] = { sizing: given, instance: { ...instance, source: 'scouts', confidence: null } };
  }
  return { planned, scouts: chosen.map((at) => (sized[at] as SizedInstance).instance.id) };
}

/** Whether anything but the manifest's own numbers answered. */
function isKnown(sized: readonly SizedInstance[]): boolean {
  return sized.some(({ sizing }) => sizing.method !== 'manifest');
}
