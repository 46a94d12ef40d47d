/** Task names of a recorded plan. It is JSON of whatever version made it, so it is read with care. */
export function taskNames(plan: unknown): readonly string[] {
  if (typeof plan !== 'object' || plan === null || !('tasks' in plan) || !Array.isArray(plan.tasks))
    return [];
  return plan.tasks.flatMap((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'task' in entry && typeof entry.task === 'string'
      ? [entry.task]
      : [],
  );
}
