/**
 * Units at the edges. Inside, memory is bytes and time is seconds; these functions are the only way in and out.
 *
 * `G` is binary (2^30), as Slurm reads it. Text of the reference package, whose `G` is 10^9, is read with
 * `parseDecimalMemory` where its run directories are imported, and nowhere else.
 */
export const KIB = 1024;
export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

const PREFIXES = 'KMGTP';
const MEMORY_PATTERN = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)?\s*(?:([kmgtp])(i)?b?|b)?\s*$/i;

function parseMemoryWith(text: string, step: 1000 | 1024): number | null {
  const match = MEMORY_PATTERN.exec(text);
  if (!match || text.trim() === '') return null;
  const [, digits, prefix, binaryMark] = match;
  const count = digits === undefined ? 1 : Number(digits);
  const exponent = prefix === undefined ? 0 : PREFIXES.indexOf(prefix.toUpperCase()) + 1;
  const bytes = count * (binaryMark ? 1024 : step) ** exponent;
  return Number.isFinite(bytes) ? Math.round(bytes) : null;
}

/** Bytes of `8G`, `8 GiB`, `512m`, `1.5G`, `1e9`; null when not understood. All steps are 1024. */
export function parseMemory(text: string): number | null {
  return parseMemoryWith(text, 1024);
}

/** Bytes as the reference package reads them: `8G` is 8,000,000,000 and `8Gi` is 8 × 2^30. */
export function parseDecimalMemory(text: string): number | null {
  return parseMemoryWith(text, 1000);
}

/**
 * The shortest text that `parseMemory` reads back as exactly these bytes (`8G`, `1536M`, `1000000`).
 * For requests and files; people read `describeMemory`.
 */
export function formatMemory(bytes: number): string {
  if (bytes === 0) return '0';
  for (let exponent = PREFIXES.length; exponent >= 1; exponent--) {
    const unit = 1024 ** exponent;
    if (bytes % unit === 0) return `${bytes / unit}${PREFIXES[exponent - 1]}`;
  }
  return String(Math.round(bytes));
}

/** Three significant digits with a unit, for people: `9.12 GB`, `611 MB`. Binary steps, as everywhere here. */
export function describeMemory(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 'B';
  for (const prefix of PREFIXES) {
    if (value < 1000) break;
    value /= 1024;
    unit = `${prefix === 'K' ? 'k' : prefix}B`;
  }
  const digits = unit === 'B' ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${bytes < 0 ? '-' : ''}${Number(value.toFixed(digits))} ${unit}`;
}

/**
 * Seconds of `HH:MM:SS`, `D-HH:MM:SS`, `MM:SS` with minutes and seconds below 60 (hours below 24 only after a
 * day), or of `90s`, `15m`, `1h30m`, `2d`; null when not understood.
 */
export function parseDuration(text: string): number | null {
  const clock = /^(?:(\d+)-)?(\d{1,4}):(\d{2})(?::(\d{2}))?$/.exec(text.trim());
  if (clock) {
    const [, days, first, second, third] = clock;
    if (days !== undefined && third === undefined) return null;
    const [hours, minutes, seconds] =
      third === undefined
        ? [0, Number(first), Number(second)]
        : [Number(first), Number(second), Number(third)];
    if ((third !== undefined && minutes > 59) || seconds > 59 || (days !== undefined && hours > 23))
      return null;
    return Number(days ?? 0) * 86_400 + hours * 3600 + minutes * 60 + seconds;
  }
  const words =
    /^(?=.*\d)(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(
      text.trim().toLowerCase(),
    );
  if (!words) return null;
  const [, d, h, m, s] = words;
  return Number(d ?? 0) * 86_400 + Number(h ?? 0) * 3600 + Number(m ?? 0) * 60 + Number(s ?? 0);
}

/** `HH:MM:SS`, or `D-HH:MM:SS` from a day on, rounded up: a limit must not become shorter by being written. */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const days = Math.floor(whole / 86_400);
  const clock = `${two(Math.floor((whole % 86_400) / 3600))}:${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return days > 0 ? `${days}-${clock}` : clock;
}

/** Two units at the most, for people: `3 h 12 min`, `42 s`, `350 ms`. */
export function describeDuration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor((whole % 86_400) / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

const GROUPED = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 15 });

/**
 * The value of a task's input, for people: `12,400`, `0.5123`. Whole numbers are exact, for rounded ones may name other
 * things; those of four digits stay as they are, for they may be years.
 */
export function describeInput(value: number): string {
  if (!Number.isInteger(value)) return GROUPED.format(Number(value.toPrecision(4)));
  return Math.abs(value) < 10_000 ? String(value) : GROUPED.format(value);
}

/** Gibibyte-hours held by `bytes` for `seconds`: the unit of wastage. */
export function gibHours(bytes: number, seconds: number): number {
  return (bytes / GIB) * (seconds / 3600);
}

/** Each unit with the least it is used for, in GB·h: `0.31 GB·h` reads well, `0.00427 GB·h` does not. */
const MEMORY_HOURS = [
  { unit: 'TB·h', gibHours: 1024, from: 1024 },
  { unit: 'GB·h', gibHours: 1, from: 0.1 },
  { unit: 'MB·h', gibHours: 1 / 1024, from: 0.1 / 1024 },
  { unit: 'kB·h', gibHours: 1 / 1024 ** 2, from: 0 },
] as const;

/** Three significant digits of memory × time, for people: `31 GB·h`, `4.37 MB·h`. Binary steps. */
export function describeMemoryHours(gibHours: number): string {
  const size = Math.abs(gibHours);
  const step = MEMORY_HOURS.find(({ from }) => size > 0 && size >= from) ?? MEMORY_HOURS[1];
  return `${Number((gibHours / step.gibHours).toPrecision(3))} ${step.unit}`;
}

/** `1 run`, `2 runs`. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
