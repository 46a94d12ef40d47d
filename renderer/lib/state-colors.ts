import { assertNever } from '../../main/platform/errors.ts';
import type { InstanceState, RunStatus } from '../../main/telemetry/events.ts';

export type WorkState = InstanceState | RunStatus;

/** A colour for marks (lanes, dots, bars) and one that is readable as text, for one colour scheme. */
export interface StateColor {
  readonly mark: string;
  readonly text: string;
}

/** After Okabe and Ito, so that the eight are told apart without red and green; words or shapes go along always. */
export function stateColor(state: WorkState, scheme: 'light' | 'dark'): StateColor {
  const [mark, lightText, darkText] = shades(state);
  return { mark, text: scheme === 'light' ? lightText : darkText };
}

function shades(state: WorkState): readonly [mark: string, lightText: string, darkText: string] {
  switch (state) {
    case 'succeeded':
      return ['#009e73', '#00694d', '#3ecfa5'];
    case 'cached':
      return ['#56b4e9', '#1d6790', '#7cc6ef'];
    case 'running':
      return ['#0072b2', '#005f94', '#63b5e8'];
    case 'queued':
      return ['#e69f00', '#7d5600', '#f0b840'];
    case 'waiting':
      return ['#8b94a3', '#5a6372', '#9aa3b1'];
    case 'failed':
      return ['#d55e00', '#a94a00', '#ff9a52'];
    case 'cancelled':
      return ['#cc79a7', '#8f3d6b', '#e09dc2'];
    case 'interrupted':
      return ['#cc79a7', '#8f3d6b', '#e09dc2'];
    case 'skipped':
      return ['#b9c0cb', '#5a6372', '#9aa3b1'];
    default:
      return assertNever(state);
  }
}

export function stateLabel(state: WorkState): string {
  return `${state.charAt(0).toUpperCase()}${state.slice(1)}`;
}
