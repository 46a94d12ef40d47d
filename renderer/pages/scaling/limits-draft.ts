import type { ScaleSettings } from '../../../main/api/scaling-views.ts';

type Typed = number | null;

/**
 * The limits as they stand in the form: null where nothing, or nothing readable, is typed, which for budget and deadline
 * means none. Thresholds in percent, the deadline in hours since the run began.
 */
export interface LimitsDraft {
  readonly minWorkers: Readonly<Record<string, Typed>>;
  readonly maxWorkers: Readonly<Record<string, Typed>>;
  readonly scaleUpPercent: Typed;
  readonly scaleDownPercent: Typed;
  readonly cooldownSeconds: Typed;
  readonly objective: ScaleSettings['objective'];
  readonly budgetUsd: Typed;
  readonly deadlineHours: Typed;
}

const HOUR_SECONDS = 3600;

export function draftOf(settings: ScaleSettings, tags: readonly string[]): LimitsDraft {
  const byTag = (values: Readonly<Record<string, number>>) =>
    Object.fromEntries(tags.map((tag) => [tag, values[tag] ?? null]));
  return {
    minWorkers: byTag(settings.minWorkers),
    maxWorkers: byTag(settings.maxWorkers),
    scaleUpPercent: Math.round(settings.scaleUpThreshold * 100),
    scaleDownPercent: Math.round(settings.scaleDownThreshold * 100),
    cooldownSeconds: settings.cooldownSeconds,
    objective: settings.objective,
    budgetUsd: settings.budgetUsd,
    deadlineHours: settings.deadlineSeconds === null ? null : settings.deadlineSeconds / HOUR_SECONDS,
  };
}

export const sameDraft = (a: LimitsDraft, b: LimitsDraft) => JSON.stringify(a) === JSON.stringify(b);

/** What stands against taking the draft over, in a sentence; null when nothing does. */
export function problemOf(draft: LimitsDraft): string | null {
  for (const [tag, min] of Object.entries(draft.minWorkers)) {
    const max = draft.maxWorkers[tag];
    if (min === null || max === null || max === undefined) return `Give ${tag} a least and a largest number.`;
    if (min > max) return `${tag} cannot have at least ${min} and at most ${max} workers.`;
  }
  const { scaleUpPercent: up, scaleDownPercent: down, cooldownSeconds } = draft;
  if (up === null || down === null || cooldownSeconds === null)
    return 'Give both thresholds and the cooldown.';
  return down > up ? 'The threshold for fewer workers cannot lie above the one for more.' : null;
}

/** Null while there is a problem. */
export function settingsOf(draft: LimitsDraft): Partial<ScaleSettings> | null {
  const { scaleUpPercent, scaleDownPercent, cooldownSeconds } = draft;
  if (problemOf(draft) !== null || scaleUpPercent === null || scaleDownPercent === null) return null;
  if (cooldownSeconds === null) return null;
  return {
    minWorkers: numbers(draft.minWorkers),
    maxWorkers: numbers(draft.maxWorkers),
    scaleUpThreshold: scaleUpPercent / 100,
    scaleDownThreshold: scaleDownPercent / 100,
    cooldownSeconds,
    objective: draft.objective,
    budgetUsd: draft.budgetUsd,
    deadlineSeconds: draft.deadlineHours === null ? null : draft.deadlineHours * HOUR_SECONDS,
  };
}

function numbers(values: Readonly<Record<string, Typed>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([tag, value]) => (value === null ? [] : [[tag, value]])),
  );
}
