import type { Params, ParamValue } from '../../manifest/spec.ts';

/** Looking into data of unknown origin: every answer is checked, nothing throws. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of the names that is there and not null. */
function first(fields: Fields, names: readonly string[]): unknown {
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value !== undefined && value !== null) return value;
  }
  return null;
}

const MAX_TEXT = 100_000;

export function textField(fields: Fields, ...names: readonly string[]): string | null {
  const value = first(fields, names);
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : null;
}

/** Finite numbers, also written as text. */
export function numberField(fields: Fields, ...names: readonly string[]): number | null {
  const value = first(fields, names);
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Not below zero: a duration or a size that is, was never measured. */
export function amountField(fields: Fields, ...names: readonly string[]): number | null {
  const number = numberField(fields, ...names);
  return number !== null && number >= 0 ? number : null;
}

export function fieldsField(fields: Fields, ...names: readonly string[]): Fields | null {
  const value = first(fields, names);
  return isFields(value) ? value : null;
}

/** The parts of an object that can be parameters; nested values are not. */
export function paramsOf(value: unknown): Params {
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter((entry): entry is [string, ParamValue] => isParamValue(entry[1]))
      .map(([name, param]) => [name, typeof param === 'string' ? param.slice(0, MAX_TEXT) : param]),
  );
}

function isParamValue(value: unknown): value is ParamValue {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

/** Milliseconds since the epoch that a date can hold. */
export const MAX_TIME = 8.64e15;

/** Milliseconds of an ISO time; a time without a zone is UTC, as the reference package writes. Null if not one. */
export function parseTime(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s*(Z|[+-]\d\d:?\d\d)?)?$/.exec(
    value.trim(),
  );
  if (!match) return null;
  const [, date, time = '00:00:00', zone = 'Z'] = match;
  const ms = Date.parse(`${date}T${time}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
  return Number.isFinite(ms) ? Math.round(ms) : null;
}

/** JSON with Python's NaN and Infinity read as null; undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
  }
  if (!/NaN|Infinity/.test(text)) return undefined;
  try {
    return JSON.parse(text.replace(/([[:,]\s*)-?(?:NaN|Infinity)(?=\s*[,\]}])/g, '$1null'));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return undefined;
  }
}
