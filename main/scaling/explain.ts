import { counted, describeDuration } from '../platform/units.ts';
import type { Choice } from './choose-workers.ts';
import type { Ahead } from './outlook.ts';
import type { PoolState, ScaleSettings, ScalingState } from './state.ts';
import { countOf, secondsOf } from './work-bag.ts';

export interface Change {
  readonly pool: PoolState;
  readonly before: number;
  readonly after: number;
  /** Before what all tags share was divided among them. */
  readonly wished: number;
}

/** Why, in sentences for those who wait for the result. */
export function explain(
  state: ScalingState,
  settings: ScaleSettings,
  changes: readonly Change[],
  ahead: Ahead,
  choice: Choice | null,
): string {
  const sentences = changes.flatMap((change) => changeSentence(state, settings, change, ahead, choice) ?? []);
  if (sentences.length === 0) sentences.push(noChange(state, choice));
  if (choice?.misses && settings.deadlineSeconds !== null)
    sentences.push(
      `The deadline in ${describeDuration(Math.max(0, settings.deadlineSeconds - state.at))} cannot be met any more: the earliest end is in about ${describeDuration(choice.best)}.`,
    );
  return sentences.join(' ');
}

function changeSentence(
  state: ScalingState,
  { maxTotal }: ScaleSettings,
  { pool, before, after, wished }: Change,
  ahead: Ahead,
  choice: Choice | null,
): string | null {
  if (after === before) return null;
  const { tag } = pool;
  const { tasks, seconds } = readyWork(state, tag);
  const at = state.pools.indexOf(pool);
  if (after > before) {
    const more = `Start ${counted(after - before, 'more worker')} for ${tag}`;
    const end = choice ? `all known work can end in about ${describeDuration(choice.forecast.finish)}` : '';
    const lead = describeDuration(ahead.pools[at]?.lead ?? 0);
    if (choice === null) return `${more}: fewer than the minimum are there.`;
    if (tasks > 0)
      return `${more}: ${counted(tasks, 'task')} with about ${describeDuration(seconds)} of work ${tasks === 1 ? 'waits' : 'wait'}, and with ${after} workers ${end}.`;
    return `${more}: work for them is expected within the ${lead} that starting takes, so that ${end}.`;
  }
  const less = `Let ${counted(before - after, 'worker')} of ${tag} go`;
  if (wished > after && maxTotal !== null) return `${less}: all tags together may have ${maxTotal}.`;
  if (tasks > 0) return `${less}: ${after} are enough for the ${counted(tasks, 'waiting task')}.`;
  const none = `${less}: no work for ${before - after === 1 ? 'it' : 'them'} is in sight`;
  const keep = ahead.pools[at]?.keep ?? 0;
  // Where starting takes no time, nobody wants to read after how many milliseconds it pays.
  if (keep < 1) return `${none}, and a new start takes no time.`;
  return `${none} within ${describeDuration(keep)}, after which a new start is cheaper than waiting.`;
}

function noChange(state: ScalingState, choice: Choice | null): string {
  const workers = state.pools.reduce(
    (sum, { idle, busy, starting }) => sum + idle + busy + starting.length,
    0,
  );
  const left = state.stages.some(
    (stage) => countOf(stage.ready) + countOf(stage.waiting) + stage.running.length > 0,
  );
  if (!left) return 'No change: there is no work.';
  if (workers === 0) return 'No change: no worker may be started within the limits.';
  return `No change: with ${counted(workers, 'worker')} the known work ends in about ${describeDuration(choice?.forecast.finish ?? 0)}, and more would not end it noticeably sooner.`;
}

function readyWork({ stages }: ScalingState, tag: string): { tasks: number; seconds: number } {
  let tasks = 0;
  let seconds = 0;
  for (const stage of stages) {
    if (stage.tag !== tag) continue;
    tasks += countOf(stage.ready);
    seconds += secondsOf(stage.ready);
  }
  return { tasks, seconds };
}
