import type { InstanceState } from './events.ts';

/**
 * Instance states as stored, in the order in which they deserve attention: failed first, then what runs, then
 * what ran, then what has not begun.
 */
export const STATES_BY_ATTENTION: readonly InstanceState[] = [
  'failed',
  'running',
  'succeeded',
  'cancelled',
  'queued',
  'waiting',
  'cached',
  'skipped',
];

const CODES = new Map(STATES_BY_ATTENTION.map((state, code) => [state, code]));

export function stateCode(state: InstanceState): number {
  const code = CODES.get(state);
  if (code === undefined) throw new Error(`Unknown instance state ${state}`);
  return code;
}

export function stateOfCode(code: number): InstanceState {
  const state = STATES_BY_ATTENTION[code];
  if (state === undefined) throw new Error(`Unknown instance state code ${code}`);
  return state;
}
