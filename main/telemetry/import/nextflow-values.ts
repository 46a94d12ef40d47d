import { MAX_TIME } from './fields.ts';

/** Values of a Nextflow trace, in both forms: as text (default) and raw (`trace.raw = true`). `-` is "missing". */
const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
  PB: 1024 ** 5,
};

/** Bytes of `29.8 MB` (binary steps, rounded to one decimal by the writer) or of a plain number. */
export function traceMemory(value: string | undefined): number | null {
  const match = /^([\d.]+)\s*([KMGTP]?B)?$/i.exec(value?.trim() ?? '');
  if (!match) return null;
  const bytes = Number(match[1]) * (UNITS[(match[2] ?? 'B').toUpperCase()] ?? 1);
  return Number.isFinite(bytes) ? Math.round(bytes) : null;
}

const SPANS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `1d 2h`, `1m 30s`, `8.1s`, `352ms`, or of raw milliseconds. */
export function traceDuration(value: string | undefined): number | null {
  const text = value?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(text)) return finite(Number(text) / 1000);
  if (!/^(?:[\d.]+\s*(?:ms|[smhd])\s*)+$/.test(text)) return null;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/([\d.]+)\s*(ms|[smhd])/g)) {
    seconds += Number(count) * (SPANS[unit ?? ''] ?? Number.NaN);
  }
  return finite(seconds);
}

/** Milliseconds of `2014-10-23 16:33:16.288` (the writer's local time, whose zone the file does not tell) or raw. */
export function traceTime(value: string | undefined): number | null {
  const text = value?.trim() ?? '';
  if (/^\d{9,16}$/.test(text)) return Number(text) <= MAX_TIME ? Number(text) : null;
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)$/.exec(text);
  if (!match) return null;
  const ms = Date.parse(`${match[1]}T${match[2]}`);
  return Number.isFinite(ms) ? ms : null;
}

/** 1.301 of `130.1%` or `130.1`: 100 % is one core. */
export function tracePercent(value: string | undefined): number | null {
  const match = /^([\d.]+)\s*%?$/.exec(value?.trim() ?? '');
  return match ? finite(Number(match[1]) / 100) : null;
}

export function traceCount(value: string | undefined): number | null {
  return /^\d+$/.test(value?.trim() ?? '') ? finite(Number(value)) : null;
}

/** Text, or null for `-` and nothing. */
export function traceText(value: string | undefined): string | null {
  const text = value?.trim() ?? '';
  return text === '' || text === '-' ? null : text;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
