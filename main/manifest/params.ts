import { error, type Finding, type Path, pathText, warning } from './problems.ts';
import type { ParamSource, ParamValue } from './spec.ts';
import { type ScalarTree, scalarAt, type Tree, treeAt } from './tree.ts';
import { resolvePlain } from './yaml-scalars.ts';

const MAX_RANGE_VALUES = 1_000_000;

/** The sources of one parameter, in the order written; neighbouring values are one source. */
export function paramSources(tree: Tree): ParamSource[] {
  const sources: ParamSource[] = [];
  let values: ParamValue[] | null = null;
  for (const item of tree.kind === 'list' ? tree.items : [tree]) {
    if (item.kind !== 'scalar') {
      sources.push(sourceOf(item));
      values = null;
    } else if (values === null) {
      values = [paramValue(item)];
      sources.push({ kind: 'values', values });
    } else values.push(paramValue(item));
  }
  return sources;
}

function sourceOf(tree: Tree): ParamSource {
  const file = scalarAt(tree, ['file']);
  if (file !== null) {
    const column = scalarAt(tree, ['column']);
    return {
      kind: 'file',
      path: file.raw,
      column: column === null || column.value === null ? null : column.raw,
    };
  }
  const [start, stop, step] = rangeNumbers(tree);
  return { kind: 'range', start, stop, step };
}

/** `1e3` is text to YAML 1.1 and a number to everybody; so is text of digits from the environment. */
function paramValue(scalar: ScalarTree): ParamValue {
  if (typeof scalar.value !== 'string' || !(scalar.plain || scalar.expanded)) return scalar.value;
  if (scalar.expanded) {
    const { value, trap } = resolvePlain(scalar.value);
    if (value !== null && trap === null && String(value) === scalar.value) return value;
  }
  return scalar.plain && /^[-+]?\d+(?:\.\d*)?[eE][-+]?\d+$/.test(scalar.value)
    ? Number(scalar.value)
    : scalar.value;
}

function rangeNumbers(tree: Tree): [start: number, stop: number, step: number] {
  const at = (index: number) => scalarAt(tree, ['range', index])?.value;
  const [start, stop, step] = [at(0), at(1), at(2)].map((value) =>
    typeof value === 'number' ? value : null,
  );
  return [start ?? 0, stop ?? 0, step ?? ((stop ?? 0) < (start ?? 0) ? -1 : 1)];
}

/** What is wrong with the values of a task's parameters, and with zipping them. */
export function paramFindings(root: Tree, task: string, expand: 'product' | 'zip'): Finding[] {
  const base = ['tasks', task, 'params'];
  const params = treeAt(root, base);
  if (params?.kind !== 'map') return [];
  const findings = [...params.entries].flatMap(([name, { value }]) => oneParam(value, [...base, name]));
  if (findings.some((found) => found.severity === 'error') || expand === 'product') return findings;
  const lengths = [...params.entries].flatMap(([name, { value }]) => {
    const length = knownLength(value);
    return length === null ? [] : [{ name, length }];
  });
  if (new Set(lengths.map(({ length }) => length)).size > 1)
    findings.push(
      error(
        'E_ZIP_LENGTHS',
        base,
        `The parameters of ${task} are zipped but have different lengths: ${lengths.map(({ name, length }) => `${name} has ${length}`).join(', ')}`,
        'Give each the same number of values, or write expand: product.',
      ),
    );
  return findings;
}

function oneParam(tree: Tree, path: Path): Finding[] {
  if (tree.kind === 'list' && tree.items.length === 0)
    return [
      error('E_BAD_PARAMS', path, `${pathText(path)} has no values`, 'Give at least one, or remove it.'),
    ];
  const items = tree.kind === 'list' ? tree.items : [tree];
  return items.flatMap((item, index) => {
    const at = tree.kind === 'list' ? [...path, index] : path;
    if (item.kind === 'scalar') return trapFindings(item, at);
    return treeAt(item, ['range']) === undefined ? [] : rangeFindings(item, at);
  });
}

function trapFindings(scalar: ScalarTree, path: Path): Finding[] {
  const trap = scalar.plain && !scalar.expanded ? resolvePlain(scalar.raw).trap : null;
  if (trap === null) return [];
  return [
    warning(
      'W_YAML_TYPE',
      path,
      `YAML reads ${scalar.raw} without quotes as ${scalar.value}`,
      `Write "${scalar.raw}" if you mean the text, or ${scalar.value} if you mean that.`,
    ),
  ];
}

function rangeFindings(tree: Tree, path: Path): Finding[] {
  const [start, stop, step] = rangeNumbers(tree);
  const at = [...path, 'range'];
  if (step === 0) return [error('E_BAD_PARAMS', at, 'The step of a range cannot be 0', null)];
  if ((stop - start) * step < 0)
    return [
      error(
        'E_BAD_PARAMS',
        at,
        `A range from ${start} in steps of ${step} never reaches ${stop}`,
        `Write [${stop}, ${start}, ${Math.abs(step)}], or a step of ${-step}.`,
      ),
    ];
  const count = rangeLength(tree);
  return Number.isFinite(count) && count <= MAX_RANGE_VALUES
    ? []
    : [
        error(
          'E_BAD_PARAMS',
          at,
          `The range has ${count.toLocaleString('en')} values; at most ${MAX_RANGE_VALUES.toLocaleString('en')} are made`,
          'Use a larger step.',
        ),
      ];
}

function rangeLength(tree: Tree): number {
  const [start, stop, step] = rangeNumbers(tree);
  return Math.floor((stop - start) / step + 1e-9) + 1;
}

/** Number of values, where it can be known without reading a file. */
function knownLength(tree: Tree): number | null {
  const items = tree.kind === 'list' ? tree.items : [tree];
  const lengths = items.map((item) => {
    if (item.kind === 'scalar') return 1;
    return treeAt(item, ['range']) === undefined ? null : rangeLength(item);
  });
  return lengths.reduce<number | null>(
    (sum, length) => (sum === null || length === null ? null : sum + length),
    0,
  );
}
