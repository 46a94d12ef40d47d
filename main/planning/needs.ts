import type { Params, TaskSpec } from '../manifest/spec.ts';
import { canonicalJson } from '../platform/canonical-json.ts';

/**
 * Barriers stand for many instances at once: `task:simulate` for all of a task, `task:simulate{"scenario":"high"}`
 * for those whose parameters have these values. No instance id holds a colon, so the two cannot be confused.
 */
export interface Barrier {
  readonly task: string;
  /** The parameters that must match; empty for all instances. */
  readonly match: Params;
}

export function needsOf(task: Pick<TaskSpec, 'needs'>, params: Params): string[] {
  return task.needs.map(({ task: needed, matchOn }) => barrierId(needed, pick(params, matchOn)));
}

export function barrierId(task: string, match: Params): string {
  return Object.keys(match).length === 0 ? `task:${task}` : `task:${task}${canonicalJson(match)}`;
}

/** Null for the id of an instance. */
export function parseBarrier(need: string): Barrier | null {
  if (!need.startsWith('task:')) return null;
  const brace = need.indexOf('{');
  if (brace === -1) return { task: need.slice(5), match: {} };
  const match: Params = JSON.parse(need.slice(brace));
  return { task: need.slice(5, brace), match };
}

export function pick(params: Params, names: readonly string[]): Params {
  return Object.fromEntries(names.map((name) => [name, params[name] ?? null]));
}
