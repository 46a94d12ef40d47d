import { GIB, MIB } from '../../main/platform/units.ts';
import type { ChartTheme } from './chart-theme.ts';
import type { ChartOption } from './picture.ts';

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** What all pictures share. Nothing moves by itself: live data would make every animation flicker. */
export function baseOption(theme: ChartTheme): ChartOption {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, fontSize: 12, color: theme.text },
    tooltip: {
      confine: true,
      backgroundColor: theme.tooltip,
      borderColor: theme.grid,
      padding: [6, 10],
      textStyle: { color: theme.text, fontSize: 12, fontFamily: FONT },
    },
  };
}

/** Colours and lines of an axis in the theme; `name` is its quantity with the unit. */
export function axisStyle(theme: ChartTheme, name: string, side: 'x' | 'y') {
  return {
    name,
    nameLocation: side === 'x' ? ('middle' as const) : ('end' as const),
    nameGap: side === 'x' ? 28 : 10,
    nameTextStyle: {
      color: theme.muted,
      fontSize: 12,
      align: side === 'x' ? ('center' as const) : ('left' as const),
    },
    axisLabel: { color: theme.muted, fontSize: 12, hideOverlap: true },
    axisLine: { show: side === 'x', lineStyle: { color: theme.muted } },
    axisTick: { show: side === 'x', lineStyle: { color: theme.muted } },
    splitLine: { show: side === 'y', lineStyle: { color: theme.grid } },
  };
}

export interface MemoryUnit {
  readonly unit: 'GB' | 'MB';
  readonly bytes: number;
}

/** The unit in which values up to `maxBytes` have few digits. Binary, as everywhere in the app. */
export function memoryUnit(maxBytes: number): MemoryUnit {
  return maxBytes >= GIB ? { unit: 'GB', bytes: GIB } : { unit: 'MB', bytes: MIB };
}

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
  432_000, 864_000,
];

/** Step between ticks of a time axis, in seconds: a round number of seconds, minutes, hours or days, about 8 ticks. */
export function elapsedStep(seconds: number): number {
  return STEPS.find((step) => seconds / step <= 8) ?? Math.ceil(seconds / 8 / 864_000) * 864_000;
}

/** `40 s`, `2:30`, `1:05:00` or `3 d 04:00`: what a tick at `seconds` says on an axis with this step. */
export function elapsedLabel(seconds: number, step: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (step >= 86_400) return `${Math.round(whole / 86_400)} d`;
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${two(hours % 24)}:${two(minutes)}`;
  if (step < 60 && hours === 0) return `${minutes}:${two(whole % 60)}`;
  return hours > 0 || step >= 3600 ? `${hours} h ${two(minutes)}` : `${minutes} min`;
}

/** Elapsed time from 0 to `seconds`. */
export function elapsedAxis(theme: ChartTheme, seconds: number, name = 'since the start') {
  const step = elapsedStep(Math.max(seconds, 1));
  const style = axisStyle(theme, name, 'x');
  return {
    ...style,
    type: 'value' as const,
    min: 0,
    max: Math.max(seconds, 1),
    interval: step,
    axisLabel: {
      ...style.axisLabel,
      // The last tick is the end of the data, which is not a round number: its line is enough.
      formatter: (value: number) => (value % step === 0 ? elapsedLabel(value, step) : ''),
    },
  };
}

/** The powers of two around positive values: both ends of a log axis on which every tick is a round number. */
export function powerOfTwoRange(values: Iterable<number>): { min: number; max: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of values) {
    if (value <= 0 || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high === 0) return { min: 1, max: 2 };
  const min = 2 ** Math.floor(Math.log2(low));
  const max = 2 ** Math.ceil(Math.log2(high));
  return { min, max: max > min ? max : min * 2 };
}

/** `#1c6fb0` with an opacity. */
export function withAlpha(hex: string, alpha: number): string {
  return `${hex}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`;
}

/** The next of 1, 1.5, 2, 3, 4, 5, 6, 8 or 10 × 10^n: an axis end with few digits. */
export function niceMax(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => value <= factor * power) ?? 10;
  return step * power;
}

/** The nearest of 1, 2 or 5 × 10^n that is no larger. */
export function niceStep(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([5, 2, 1].find((factor) => factor * power <= value * (1 + 1e-9)) ?? 1) * power;
}
