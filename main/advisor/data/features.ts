import type { Params, ParamValue } from '../../manifest/spec.ts';
import { assertNever } from '../../platform/errors.ts';
import { CONTEXT_INPUTS, type Context, contextInputs, HOUR, MACHINE, TARGET_KIND } from './context.ts';
import type { Matrix } from './matrix.ts';
import type { LearningRow } from './rows.ts';
import { median } from './statistics.ts';
import { encodeText, sharesWords, TEXT_WIDTH, textColumns } from './text.ts';

/** What is known of an instance before it runs. The former request for memory or time is deliberately not here. */
export interface KnownBefore extends Context {
  readonly features: Params;
  readonly component: string;
  readonly target: string | null;
  readonly requestedCpus: number | null;
}

/** How often what was measured told an input; absent where enough was measured without it to know that case, too. */
export type Told = 'always' | 'nearly always';

/** How one input becomes columns. */
export type Encoder =
  | {
      readonly kind: 'number';
      readonly name: string;
      /** Stands in for a missing value; `missing` says whether a second column tells that it did. */
      readonly fill: number;
      readonly missing: boolean;
      /** Of what was measured. */
      readonly low: number;
      readonly high: number;
      readonly told?: Told;
    }
  | {
      readonly kind: 'category';
      readonly name: string;
      readonly levels: readonly string[];
      readonly told?: Told;
    }
  /** Many different texts that share words. */
  | { readonly kind: 'text'; readonly name: string };

/** Learned once from history, stored with the model, and applied to every question. Plain data. */
export interface FeatureSpace {
  readonly encoders: readonly Encoder[];
  /** Stand in for what a question does not tell of where and when: as it is now. */
  readonly defaults?: Params;
}

/** More levels than this are identifiers, not categories: the rest shares the column of the unseen. */
export const MOST_LEVELS = 32;

/** A column counts as numeric when so many of its values are numbers or text of numbers. */
const NUMERIC_SHARE = 0.9;

const CPUS = 'requested_cpus';
const COMPONENT = 'component';
const TARGET = 'target';
export const WHERE_IT_RUNS = new Set([CPUS, COMPONENT, TARGET, ...CONTEXT_INPUTS]);

/** No size, count or share is larger; squares of such numbers still add up. */
const LARGEST_NUMBER = 1e18;

/**
 * Inputs that never vary teach nothing and are left out. Column order is that of the names.
 * @param now what a run that begins after these rows would find
 */
export function learnFeatureSpace(rows: readonly LearningRow[], now: Context = {}): FeatureSpace {
  const known = rows.map((row) => inputsOf(row));
  const measured = rows.flatMap((row, i) => (row.peakMemoryBytes === null ? [] : [i]));
  const names = [...new Set(known.flatMap((inputs) => Object.keys(inputs)))].sort();
  const encoders = names.flatMap((name) => {
    const values = known.map((inputs) => inputs[name] ?? null);
    const encoder = learnEncoder(
      name,
      values,
      measured.length === 0 ? values : measured.map((i) => values[i] ?? null),
    );
    return encoder ? [encoder] : [];
  });
  const current = contextInputs(now);
  const used = encoders.filter(({ name }) => (current[name] ?? null) !== null);
  if (used.length === 0) return { encoders };
  return { encoders, defaults: Object.fromEntries(used.map(({ name }) => [name, current[name] ?? null])) };
}

/** @param measured those of `values` that came with measured memory: what the answers rest on */
function learnEncoder(
  name: string,
  values: readonly ParamValue[],
  measured: readonly ParamValue[],
): Encoder | null {
  const present = values.filter((value) => value !== null && value !== '');
  if (present.length === 0) return null;
  const numbers = present.map(asNumber).filter((value) => value !== null);
  const someMissing = present.length < values.length;
  if (numbers.length >= NUMERIC_SHARE * present.length) {
    const missing = someMissing || numbers.length < present.length;
    if (!missing && numbers.every((number) => number === numbers[0])) return null;
    const taught = measured.map(asNumber).filter((value) => value !== null);
    const range = rangeOf(taught.length === 0 ? numbers : taught);
    return {
      kind: 'number',
      name,
      fill: median(numbers),
      missing,
      ...range,
      ...toldBy(measured, taught.length),
    };
  }
  const counts = new Map<string, number>();
  for (const value of present) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  if (counts.size === 1 && !someMissing) return null;
  if (counts.size > MOST_LEVELS && sharesWords([...counts.keys()])) return { kind: 'text', name };
  const levels = [...counts]
    .filter(([, count]) => counts.size <= MOST_LEVELS || count > 1)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MOST_LEVELS)
    .map(([level]) => level)
    .sort();
  const taught = measured.filter((value) => value !== null && value !== '').length;
  return levels.length === 0 ? null : { kind: 'category', name, levels, ...toldBy(measured, taught) };
}

function rangeOf(numbers: readonly number[]): { readonly low: number; readonly high: number } {
  return {
    low: numbers.reduce((a, b) => Math.min(a, b)),
    high: numbers.reduce((a, b) => Math.max(a, b)),
  };
}

/** So many attempts without an input, and such a share of all, show what a task needs where it is not told. */
const KNOWN_WITHOUT = { attempts: 5, share: 0.05 } as const;

function toldBy(measured: readonly ParamValue[], told: number): { readonly told?: Told } {
  const without = measured.length - told;
  if (without >= Math.max(KNOWN_WITHOUT.attempts, KNOWN_WITHOUT.share * measured.length)) return {};
  return { told: without === 0 ? 'always' : 'nearly always' };
}

/** Names of the columns, in the order in which `encode` writes them. */
export function columnNames(space: FeatureSpace): string[] {
  return space.encoders.flatMap(namesOf);
}

/** The input that each column comes from: importance is told per input, not per column. */
export function columnSources(space: FeatureSpace): string[] {
  return space.encoders.flatMap((encoder) => Array.from({ length: columnsOf(encoder) }, () => encoder.name));
}

function namesOf(encoder: Encoder): string[] {
  const { name } = encoder;
  switch (encoder.kind) {
    case 'number':
      return encoder.missing ? [name, `${name} missing`] : [name];
    case 'category':
      return [...encoder.levels.map((level) => `${name}=${level}`), `${name}=other`];
    case 'text':
      return textColumns(name);
    default:
      return assertNever(encoder);
  }
}

/** How many columns an input becomes. */
export function columnsOf(encoder: Encoder): number {
  switch (encoder.kind) {
    case 'number':
      return encoder.missing ? 2 : 1;
    case 'category':
      return encoder.levels.length + 1;
    case 'text':
      return TEXT_WIDTH;
    default:
      return assertNever(encoder);
  }
}

export function encode(space: FeatureSpace, known: KnownBefore): Float64Array {
  return encodeInputs(space, inputsOf(atSeenHour(space, known), space.defaults));
}

/** So many hours beside those at which something ran are taken for the nearest of them. */
const HOURS_BESIDE = 2;

/** An hour at which nothing ran yet tells nothing: then it stands as it was lately, and no model is drawn out to it. */
function atSeenHour({ encoders }: FeatureSpace, known: KnownBefore): KnownBefore {
  const seen = encoders.find((encoder) => encoder.name === HOUR);
  const hour = known.hourOfDay ?? null;
  if (seen?.kind !== 'number' || hour === null || (hour >= seen.low && hour <= seen.high)) return known;
  const [before, after] = [(seen.low - hour + 24) % 24, (hour - seen.high + 24) % 24];
  const nearest = before < after ? seen.low : seen.high;
  return { ...known, hourOfDay: Math.min(before, after) <= HOURS_BESIDE ? nearest : null };
}

function encodeInputs({ encoders }: FeatureSpace, inputs: Params): Float64Array {
  const row: number[] = [];
  for (const encoder of encoders) {
    const value = inputs[encoder.name] ?? null;
    if (encoder.kind === 'number') {
      const number = asNumber(value);
      row.push(number ?? encoder.fill);
      if (encoder.missing) row.push(number === null ? 1 : 0);
    } else if (encoder.kind === 'category') {
      const level = encoder.levels.indexOf(String(value ?? ''));
      for (let i = 0; i < encoder.levels.length; i++) row.push(i === level ? 1 : 0);
      row.push(level < 0 ? 1 : 0);
    } else row.push(...encodeText(String(value ?? '')));
  }
  return Float64Array.from(row);
}

export function encodeAll(space: FeatureSpace, rows: readonly KnownBefore[]): Matrix {
  const names = columnNames(space);
  const columns = names.map(() => new Float64Array(rows.length));
  rows.forEach((known, r) => {
    const row = encodeInputs(space, inputsOf(known));
    for (let c = 0; c < columns.length; c++) (columns[c] as Float64Array)[r] = row[c] as number;
  });
  return { rows: rows.length, names, columns };
}

/** The nearest number of CPUs that the history ran with: what none of it shows, no model can tell. */
export function nearestCpus({ encoders }: FeatureSpace, cpus: number): number {
  const seen = encoders.find((encoder) => encoder.name === CPUS);
  return seen?.kind === 'number' ? Math.min(Math.max(cpus, seen.low), seen.high) : cpus;
}

/** What is known under one name each; `defaults` count only for what is not known. */
export function inputsOf(known: KnownBefore, defaults: Params = {}): Params {
  const inputs: Record<string, ParamValue> = {
    [COMPONENT]: known.component,
    [TARGET]: known.target,
    [CPUS]: known.requestedCpus,
    ...contextInputs(known),
  };
  const usual = defaults[TARGET_KIND];
  const elsewhere = usual !== undefined && known.targetKind != null && known.targetKind !== usual;
  // The machines of one kind of target tell nothing about those of another.
  for (const [name, value] of Object.entries(defaults))
    if (name !== MACHINE || !elsewhere) inputs[name] ??= value;
  return { ...inputs, ...known.features };
}

/** Numbers, text of numbers and truth values; null for anything else, and for what no number of a task can be. */
export function asNumber(value: ParamValue): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim())) return null;
  const number = value === null ? Number.NaN : Number(value);
  return Math.abs(number) <= LARGEST_NUMBER ? number : null;
}

/** Inputs that are numbers nearly always: how often they were not, in sentences. */
export function oddInputs({ encoders }: FeatureSpace, rows: readonly LearningRow[]): string[] {
  return encoders.flatMap((encoder) => {
    if (encoder.kind !== 'number' || !encoder.missing || WHERE_IT_RUNS.has(encoder.name)) return [];
    const given = rows.map(({ features }) => features[encoder.name] ?? null);
    const odd = given.filter((value) => value !== null && value !== '' && asNumber(value) === null).length;
    if (odd === 0) return [];
    const values = odd === 1 ? '1 value' : `${odd} values`;
    return `${values} of ${encoder.name} counted as missing: text, not finite, or beyond any size.`;
  });
}
