import { describeDuration, describeMemory, describeMemoryHours } from '../../main/platform/units.ts';

/** What is not known is shown as this, never as 0. */
export const UNKNOWN = '–';

type Maybe = number | null | undefined;

function known(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** `9.12 GB`. */
export function bytes(value: Maybe): string {
  return known(value) ? describeMemory(value) : UNKNOWN;
}

/** `3 h 12 min`, of seconds. */
export function duration(seconds: Maybe): string {
  return known(seconds) ? describeDuration(Math.max(0, seconds)) : UNKNOWN;
}

/** `$4.20`, `$0.0031`, `$1,250`, of US dollars. */
export function money(usd: Maybe): string {
  if (!known(usd)) return UNKNOWN;
  const size = Math.abs(usd);
  const digits = size >= 1000 ? 0 : size >= 0.1 || size === 0 ? 2 : 4;
  return usd.toLocaleString('en-US', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: Math.min(digits, 2),
    maximumFractionDigits: digits,
  });
}

/** `12.3 GB·h ($0.12)`; without the price where nobody knows it. */
export function pricedGibHours(gbh: Maybe, usdPerGbh: Maybe): string {
  return known(gbh) && known(usdPerGbh) ? `${gibHours(gbh)} (${money(gbh * usdPerGbh)})` : gibHours(gbh);
}

// Made once: a table formats hundreds of numbers a frame.
const WHOLE = new Intl.NumberFormat('en-US');
const THREE_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Three significant digits and thousands separated: `12,400`, `0.512`. */
export function count(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  return (Number.isInteger(value) ? WHOLE : THREE_DIGITS).format(value);
}

/** `31 GB·h`, `4.37 MB·h`. */
export function gibHours(value: Maybe): string {
  return known(value) ? describeMemoryHours(value) : UNKNOWN;
}

/** `87 %`, of a fraction between 0 and 1; one digit below 10 % and above 99 %. */
export function percent(fraction: Maybe): string {
  if (!known(fraction)) return UNKNOWN;
  const value = fraction * 100;
  const fine = (Math.abs(value) < 10 || value > 99) && !Number.isInteger(value);
  return `${Number(value.toFixed(fine ? 1 : 0))} %`;
}

/** `21 Nov, 14:05` this year, `21 Nov 2025, 14:05` before. Local time. */
export function time(ms: Maybe, now: number = Date.now()): string {
  if (!known(ms)) return UNKNOWN;
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return new Date(ms).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** `14:05:09`, local. */
export function clockTime(ms: Maybe): string {
  return known(ms) ? CLOCK.format(ms) : UNKNOWN;
}

/** For tooltips: `2026-11-20T20:00:30Z`. */
export function utcTime(ms: Maybe): string {
  return known(ms) ? new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z') : UNKNOWN;
}

/** `just now`, `5 min ago`, `3 h ago`, `yesterday`, then the date. */
export function timeAgo(ms: Maybe, now: number = Date.now()): string {
  if (!known(ms)) return UNKNOWN;
  const seconds = Math.max(0, (now - ms) / 1000);
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  if (seconds < 2 * 86_400) return 'yesterday';
  if (seconds < 7 * 86_400) return `${Math.floor(seconds / 86_400)} days ago`;
  return time(ms, now);
}

/** `1 task`, `3 tasks`, `12,400 tasks`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
