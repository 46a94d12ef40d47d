import type { ParamSource, ParamValue } from '../manifest/spec.ts';
import { parseCsv } from '../platform/csv.ts';
import { AppError } from '../platform/errors.ts';

/** More values than this in one parameter is a mistake in the manifest, not a campaign. */
export const MAX_VALUES = 1_000_000;

/** Text of a file named in the manifest, path as written there. */
export type ReadParamFile = (path: string) => Promise<string>;

/**
 * All values of one parameter, its sources one after the other.
 * @throws AppError `E_PARAM_COLUMN`, `E_PARAM_EMPTY`, `E_PARAM_FILE`, `E_PARAM_RANGE`, and what `readFile` says about a
 *   missing file
 */
export async function paramValues(
  sources: readonly ParamSource[],
  readFile: ReadParamFile,
): Promise<ParamValue[]> {
  const lists = [];
  for (const source of sources) lists.push(await valuesOf(source, readFile));
  return lists.flat();
}

async function valuesOf(source: ParamSource, readFile: ReadParamFile): Promise<readonly ParamValue[]> {
  switch (source.kind) {
    case 'values':
      return source.values;
    case 'range':
      return rangeValues(source.start, source.stop, source.step);
    case 'file': {
      const text = await readFile(source.path);
      const values =
        source.column === null ? lineValues(text) : columnValues(text, source.column, source.path);
      return checkedCount(values, source.path);
    }
  }
}

/** No values would be a run without tasks that succeeds; too many are a file that was not meant. */
function checkedCount(values: readonly ParamValue[], path: string): readonly ParamValue[] {
  if (values.length === 0)
    throw new AppError({
      code: 'E_PARAM_EMPTY',
      message: `${path} has no values.`,
      hint: 'Give it at least one row.',
    });
  if (values.length > MAX_VALUES)
    throw new AppError({
      code: 'E_PARAM_FILE',
      message: `${path} has more than ${MAX_VALUES.toLocaleString('en')} values.`,
      hint: 'Split it, and plan its parts one after the other.',
    });
  return values;
}

/** `start`, `start + step`, … up to and with `stop`, free of binary dust: 0.1 in steps of 0.1 reaches 0.3. */
export function rangeValues(start: number, stop: number, step: number): number[] {
  const count = Math.floor((stop - start) / step + 1e-9) + 1;
  if (step === 0 || !Number.isFinite(count) || count > MAX_VALUES)
    throw new AppError({
      code: 'E_PARAM_RANGE',
      message: `The range from ${start} to ${stop} in steps of ${step} has no end or too many values.`,
      hint: `Use a step that reaches the end within ${MAX_VALUES.toLocaleString('en')} values.`,
    });
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number((start + i * step).toPrecision(12)));
}

function lineValues(text: string): ParamValue[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(cellValue);
}

function columnValues(text: string, column: string, path: string): ParamValue[] {
  const [header = [], ...rows] = tableOf(text, path);
  const names = header.map((name) => name.trim());
  const at = names.indexOf(column);
  if (at === -1)
    throw new AppError({
      code: 'E_PARAM_COLUMN',
      message: `${path} has no column “${column}”.`,
      hint: `Its columns are ${names.join(', ') || 'none: the file is empty'}.`,
    });
  return rows.map((row, index) => {
    const cell = row[at];
    if (cell !== undefined) return cellValue(cell.trim());
    throw new AppError({
      code: 'E_PARAM_COLUMN',
      message: `Row ${index + 1} of ${path} ends before its column “${column}”.`,
      hint: 'Give every row as many cells as the header has; an empty cell counts.',
    });
  });
}

function tableOf(text: string, path: string): string[][] {
  try {
    return parseCsv(text, MAX_VALUES + 1);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError({ ...error.data, message: `${path}: ${error.message}` }, { cause: error });
  }
}

/** Numbers become numbers; codes with leading zeros (`007`) and numbers too long to keep exactly stay text. */
function cellValue(cell: string): ParamValue {
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(cell)) return cell;
  const value = Number(cell);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return cell;
  return value;
}
