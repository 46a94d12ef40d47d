import { pythonFloat, resolvePlain } from './yaml-scalars.ts';

export type QuoteStyle = 'plain' | 'single' | 'double';

/** Text that every YAML reader, of whatever version and in flow collections too, takes for just this text. */
export function isSafePlain(text: string): boolean {
  return (
    /^[\w./][\w ./@+-]*(?<! )$/.test(text) &&
    !/^(?:[yn]$|[-\d.]*$|\d[\d_.]*e|0[xob]|\d{4}-|\.)/i.test(text) &&
    resolvePlain(text).value === text
  );
}

/** A scalar as YAML, in the style it had where that is possible. */
export function scalarText(value: string | number | boolean | null, style: QuoteStyle = 'plain'): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatText(value);
  if (style === 'plain' && isSafePlain(value)) return value;
  // Only printable text has the same single-quoted form in every reader.
  if (style === 'single' && /^[ -~]*$/.test(value)) return `'${value.replace(/'/g, "''")}'`;
  return JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escaped);
}

/** Any JSON-like value on one line, which is valid wherever a value may stand. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.length === 0) return '{}';
    return `{ ${entries.map(([key, item]) => `${scalarText(key)}: ${flowText(item)}`).join(', ')} }`;
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return scalarText(value);
  return 'null';
}

/** A float as YAML 1.1 reads it back: `1e+21` would be text, it needs a point. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return pythonFloat(value).replace(/^(-?\d+)e/, '$1.0e');
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
