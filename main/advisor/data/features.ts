import type { Params, ParamValue } from '../../manifest/spec.ts';
import type { Matrix } from './matrix.ts';
import type { LearningRow } from './rows.ts';
import { median } from './statistics.ts';

/** What is known of an instance before it runs. The former request for memory or time is deliberately not here. */
export interface KnownBefore {
  readonly features: Params;
  readonly component: string;
  readonly target: string | null;
  readonly requestedCpus: number | null;
}

/** How one input becomes columns. */
export type Encoder =
  | {
      readonly kind: 'number';
      readonly name: string;
      /** Stands in for a missing value; `missing` says whether a second column tells that it did. */
      readonly fill: number;
      readonly missing: boolean;
      readonly low: number;
      readonly high: number;
    }
  | { readonly kind: 'category'; readonly name: string; readonly levels: readonly string[] };

/** Learned once from history, stored with the model, and applied to every question. Plain data. */
export interface FeatureSpace {
  readonly encoders: readonly Encoder[];
}

/** More levels than this are identifiers, not categories: the rest shares the column of the unseen. */
const MOST_LEVELS = 32;

/** A column counts as numeric when so many of its values are numbers or text of numbers. */
const NUMERIC_SHARE = 0.9;

const CPUS = 'requested_cpus';
const COMPONENT = 'component';
const TARGET = 'target';

/** Inputs that never vary teach nothing and are left out. Column order is that of the names. */
export function learnFeatureSpace(rows: readonly LearningRow[]): FeatureSpace {
  const known = rows.map(inputsOf);
  const names = [...new Set(known.flatMap((inputs) => Object.keys(inputs)))].sort();
  const encoders = names.flatMap((name) => {
    const encoder = learnEncoder(
      name,
      known.map((inputs) => inputs[name] ?? null),
    );
    return encoder ? [encoder] : [];
  });
  return { encoders };
}

function learnEncoder(name: string, values: readonly ParamValue[]): Encoder | null {
  const present = values.filter((value) => value !== null && value !== '');
  if (present.length === 0) return null;
  const numbers = present.map(asNumber).filter((value) => value !== null);
  const someMissing = present.length < values.length;
  if (numbers.length >= NUMERIC_SHARE * present.length) {
    const low = numbers.reduce((a, b) => Math.min(a, b));
    const high = numbers.reduce((a, b) => Math.max(a, b));
    const missing = someMissing || numbers.length < present.length;
    if (low === high && !missing) return null;
    return { kind: 'number', name, fill: median(numbers), missing, low, high };
  }
  const counts = new Map<string, number>();
  for (const value of present) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  if (counts.size === 1 && !someMissing) return null;
  const levels = [...counts]
    .filter(([, count]) => counts.size <= MOST_LEVELS || count > 1)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MOST_LEVELS)
    .map(([level]) => level)
    .sort();
  return levels.length === 0 ? null : { kind: 'category', name, levels };
}

/** Names of the columns, in the order in which `encode` writes them. */
export function columnNames(space: FeatureSpace): string[] {
  return space.encoders.flatMap((encoder) =>
    encoder.kind === 'number'
      ? encoder.missing
        ? [encoder.name, `${encoder.name} missing`]
        : [encoder.name]
      : [...encoder.levels.map((level) => `${encoder.name}=${level}`), `${encoder.name}=other`],
  );
}

/** The input that each column comes from: importance is told per input, not per column. */
export function columnSources(space: FeatureSpace): string[] {
  return space.encoders.flatMap((encoder) => Array.from({ length: widthOf(encoder) }, () => encoder.name));
}

function widthOf(encoder: Encoder): number {
  return encoder.kind === 'number' ? (encoder.missing ? 2 : 1) : encoder.levels.length + 1;
}

export function encode(space: FeatureSpace, known: KnownBefore): Float64Array {
  const inputs = inputsOf(known);
  const row: number[] = [];
  for (const encoder of space.encoders) {
    const value = inputs[encoder.name] ?? null;
    if (encoder.kind === 'number') {
      const number = asNumber(value);
      row.push(number ?? encoder.fill);
      if (encoder.missing) row.push(number === null ? 1 : 0);
    } else {
      const level = encoder.levels.indexOf(String(value ?? ''));
      for (let i = 0; i < encoder.levels.length; i++) row.push(i === level ? 1 : 0);
      row.push(level < 0 ? 1 : 0);
    }
  }
  return Float64Array.from(row);
}

export function encodeAll(space: FeatureSpace, rows: readonly KnownBefore[]): Matrix {
  const names = columnNames(space);
  const columns = names.map(() => new Float64Array(rows.length));
  rows.forEach((known, r) => {
    const row = encode(space, known);
    for (let c = 0; c < columns.length; c++) (columns[c] as Float64Array)[r] = row[c] as number;
  });
  return { rows: rows.length, names, columns };
}

/** An input that lies outside what was learned from, in words for the evidence. */
export interface Unfamiliar {
  readonly feature: string;
  readonly words: string;
}

/** How far beyond the learned range a number may lie, as a share of the range, before a model is not asked any more. */
const BEYOND = 0.25;

export function unfamiliarInputs(space: FeatureSpace, known: KnownBefore): Unfamiliar[] {
  const inputs = inputsOf(known);
  return space.encoders.flatMap((encoder): Unfamiliar[] => {
    // Where it runs changes need far less than what it runs on: a new target is no reason to give up.
    if (encoder.name === COMPONENT || encoder.name === TARGET || encoder.name === CPUS) return [];
    const value = inputs[encoder.name] ?? null;
    if (encoder.kind === 'category') {
      if (value === null || encoder.levels.length >= MOST_LEVELS || encoder.levels.includes(String(value)))
        return [];
      return [{ feature: encoder.name, words: `${encoder.name} = ${value} was never measured` }];
    }
    const number = asNumber(value);
    if (number === null) {
      return encoder.missing
        ? []
        : [{ feature: encoder.name, words: `${encoder.name} is not given, but was always known before` }];
    }
    const slack = BEYOND * (encoder.high - encoder.low);
    if (number >= encoder.low - slack && number <= encoder.high + slack) return [];
    const range = `${short(encoder.low)} to ${short(encoder.high)}`;
    return [{ feature: encoder.name, words: `${encoder.name} = ${short(number)} is far outside ${range}` }];
  });
}

function inputsOf(known: KnownBefore): Params {
  return {
    [COMPONENT]: known.component,
    [TARGET]: known.target,
    [CPUS]: known.requestedCpus,
    ...known.features,
  };
}

/** Numbers, text of numbers and truth values; null for anything else, NaN and infinities included. */
function asNumber(value: ParamValue): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim())) return null;
  const number = value === null ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : null;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
