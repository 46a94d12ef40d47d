import type { ScalarValue } from './tree.ts';

/**
 * Plain scalars as YAML 1.1 reads them, in the dialect of PyYAML, for which manifests are written: `yes` is true
 * (but `y` is text), `010` is 8, `4:00:00` is 14400, `1e3` is text. Dates stay text: nothing here wants a date.
 */
export interface ResolvedScalar {
  readonly value: ScalarValue;
  /** Canonical JSON as Python writes it. */
  readonly json: string;
  /** The reading that surprises people, where there was one. */
  readonly trap: 'boolean' | 'octal' | 'sexagesimal' | null;
}

const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

export function resolvePlain(raw: string): ResolvedScalar {
  if (NULL.test(raw)) return { value: null, json: 'null', trap: null };
  if (TRUE.test(raw)) return { value: true, json: 'true', trap: /^true$/i.test(raw) ? null : 'boolean' };
  if (FALSE.test(raw)) return { value: false, json: 'false', trap: /^false$/i.test(raw) ? null : 'boolean' };
  // `_` and `0_` alone match the patterns but hold no digits to read.
  if (INTEGER.test(raw)) return resolveInteger(raw) ?? textScalar(raw);
  if (FLOAT.test(raw)) return resolveFloat(raw);
  return textScalar(raw);
}

/** `!!int`, `!!float`, `!!bool`, `!!null`, `!!str` in front of a value; null when the value is not of that type. */
export function resolveTagged(tag: string, raw: string): ResolvedScalar | null {
  if (tag === 'str') return textScalar(raw);
  const plain = resolvePlain(raw);
  switch (tag) {
    case 'int':
      return typeof plain.value === 'number' && Number.isInteger(plain.value) ? plain : null;
    case 'float':
      return typeof plain.value === 'number' ? { ...plain, json: pythonFloat(plain.value) } : null;
    case 'bool':
      return typeof plain.value === 'boolean' ? plain : null;
    case 'null':
      return plain.value === null ? plain : null;
    default:
      return null;
  }
}

export function textScalar(text: string): ResolvedScalar {
  return { value: text, json: JSON.stringify(text), trap: null };
}

export function jsonOf(value: ScalarValue): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return pythonFloat(value);
  return JSON.stringify(value);
}

function resolveInteger(raw: string): ResolvedScalar | null {
  const negative = raw.startsWith('-');
  const digits = raw.replace(/^[-+]/, '').replace(/_/g, '');
  const exact = unsignedInteger(digits);
  if (exact === null) return null;
  const value = negative ? -exact : exact;
  const trap = digits.includes(':') ? 'sexagesimal' : /^0[0-7]+$/.test(digits) ? 'octal' : null;
  return { value: Number(value), json: String(value), trap };
}

function unsignedInteger(digits: string): bigint | null {
  if (/^0b[01]+$/.test(digits) || /^0x[0-9a-fA-F]+$/.test(digits)) return BigInt(digits);
  if (digits.includes(':')) return digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  return /^\d+$/.test(digits) ? BigInt(digits) : null;
}

function resolveFloat(raw: string): ResolvedScalar {
  const text = raw.replace(/_/g, '').toLowerCase();
  const sign = text.startsWith('-') ? -1 : 1;
  const bare = text.replace(/^[-+]/, '');
  const value = bare.endsWith('inf')
    ? sign * Number.POSITIVE_INFINITY
    : bare.endsWith('nan')
      ? Number.NaN
      : sign * bare.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return { value, json: pythonFloat(value), trap: bare.includes(':') ? 'sexagesimal' : null };
}

/** A float as Python's `json.dumps` writes it: `1.0`, `1e-05`, `1e+16`, `NaN`. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  const digits = mantissa.replace(/[-.]/g, '');
  const text =
    exponent < 0
      ? `0.${'0'.repeat(-exponent - 1)}${digits}`
      : digits.length <= exponent + 1
        ? `${digits.padEnd(exponent + 1, '0')}.0`
        : `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
  return value < 0 ? `-${text}` : text;
}
