import type { CheckEvent, CheckName, CheckResult } from '../../main/api/connection-views.ts';
import { assertNever } from '../../main/platform/errors.ts';

export type StepState =
  | { readonly kind: 'untried' }
  /** Not tried because an earlier step failed. */
  | { readonly kind: 'not_reached' }
  /** `detail`: how far it is, where it says so. */
  | { readonly kind: 'running'; readonly detail: string | null }
  | { readonly kind: 'ended'; readonly result: CheckResult };

/** The guided set-up of one connection, as far as it has come. */
export interface GuideState {
  /** `stopped`: by the person, or because the app lost sight of it. */
  readonly phase: 'idle' | 'running' | 'done' | 'stopped';
  /** All that runs need works; null before the end. */
  readonly ok: boolean | null;
  readonly steps: Readonly<Partial<Record<CheckName, StepState>>>;
  /** Why it ended before its time. */
  readonly error: unknown;
  /** When it ended; milliseconds since the epoch. */
  readonly endedAt: number | null;
}

export const IDLE_GUIDE: GuideState = { phase: 'idle', ok: null, steps: {}, error: null, endedAt: null };

export const BEGUN_GUIDE: GuideState = { ...IDLE_GUIDE, phase: 'running' };

/** What the guide shows after it was told something. */
export function applyCheck(guide: GuideState, event: CheckEvent, now: number): GuideState {
  const step = (name: CheckName, state: StepState) => ({
    ...guide,
    steps: { ...guide.steps, [name]: state },
  });
  switch (event.kind) {
    case 'started':
      return step(event.name, { kind: 'running', detail: null });
    case 'progress':
      return step(event.name, { kind: 'running', detail: event.detail });
    case 'result':
      return step(event.result.name, { kind: 'ended', result: event.result });
    case 'done':
      return {
        ...guide,
        phase: 'done',
        ok: event.ok,
        endedAt: now,
        steps: {
          ...guide.steps,
          ...Object.fromEntries(event.notTried.map((name) => [name, { kind: 'not_reached' as const }])),
        },
      };
    default:
      return assertNever(event);
  }
}

/** Ended without a verdict: what was going on is not known to have worked. */
export function stopGuide(guide: GuideState, error: unknown, now: number): GuideState {
  if (guide.phase !== 'running') return guide;
  const steps = Object.fromEntries(
    Object.entries(guide.steps).map(([name, step]) => [
      name,
      step.kind === 'running' ? { kind: 'untried' as const } : step,
    ]),
  );
  return { ...guide, phase: 'stopped', steps, error, endedAt: now };
}
