import { namedKeys, namedValues, placeholders } from './manifest-names.ts';
import { describeType, formsAt, isMapping, type JsonSchema, listedValues } from './schema-walk.ts';
import { type KeyAt, type Place, walkYaml, type YamlPath } from './yaml-walk.ts';

export interface ManifestOption {
  readonly label: string;
  readonly kind: 'key' | 'value' | 'name' | 'placeholder';
  readonly detail: string;
  readonly info: string | null;
  /** Put in place of what was typed. */
  readonly apply: string;
}

export interface ManifestCompletion {
  /** Offset where the replaced word begins. */
  readonly from: number;
  readonly options: readonly ManifestOption[];
}

/** Longer files are edited without help rather than slowly. */
const MAX_TEXT = 500_000;

/** What can be typed at an offset: keys and values of the schema, and the names the file itself defines. */
export function completeManifest(
  text: string,
  offset: number,
  schema: JsonSchema,
): ManifestCompletion | null {
  if (text.length > MAX_TEXT) return null;
  const { end } = walkYaml(text.slice(0, offset));
  if (end.kind === 'none') return null;
  const { keys } = walkYaml(text);
  const typed = text.slice(end.from, offset);
  const inTemplate = end.kind === 'key' ? null : /(?:^|[^{])(?:\{\{)*\{([\w.]*)$/.exec(typed);
  if (inTemplate) return completePlaceholder(keys, end, offset - (inTemplate[1] ?? '').length, text[offset]);

  const values = valueAt(keys);
  const options = [
    ...(end.kind === 'value' ? [] : keyOptions(schema, keys, end, columnOf(text, end.from), offset, values)),
    ...(end.kind === 'key' ? [] : valueOptions(schema, keys, end, values)),
  ];
  const quote = /^["']/.exec(typed)?.[0];
  if (options.length === 0) return null;
  return { from: end.from + (quote ? 1 : 0), options };
}

function completePlaceholder(
  keys: readonly KeyAt[],
  end: Place,
  from: number,
  next: string | undefined,
): ManifestCompletion | null {
  const options = placeholders(keys, end.path).map(
    ({ label, detail }): ManifestOption => ({
      label,
      kind: 'placeholder',
      detail,
      info: null,
      apply: next === '}' ? label : `${label}}`,
    }),
  );
  return options.length > 0 ? { from, options } : null;
}

function keyOptions(
  schema: JsonSchema,
  keys: readonly KeyAt[],
  end: Place,
  column: number,
  offset: number,
  values: (path: YamlPath) => string | null,
): readonly ManifestOption[] {
  const taken = new Set(
    keys
      .filter(({ path, from }) => from !== end.from && from !== offset && isChildOf(path, end.path))
      .map(({ path }) => path.at(-1)),
  );
  const forms = formsAt(schema, end.path, values);
  const options = new Map<string, ManifestOption>();
  for (const form of forms)
    for (const name of Object.keys(form.properties ?? {})) {
      if (taken.has(name) || options.has(name)) continue;
      const children = formsAt(schema, [...end.path, name], values);
      const required = form.required?.includes(name) ? 'required · ' : '';
      options.set(name, {
        label: name,
        kind: 'key',
        detail: `${required}${describeType(children)}`,
        info: infoOf(children),
        apply: `${name}:${afterKey(children, end, column)}`,
      });
    }
  for (const { label, detail } of namedKeys(keys, end.path))
    if (!taken.has(label) && !options.has(label))
      options.set(label, { label, kind: 'name', detail, info: null, apply: `${label}: ` });
  return [...options.values()];
}

/** A mapping continues on the next line in block style; everything else beside its key. */
function afterKey(forms: readonly JsonSchema[], end: Place, column: number): string {
  const onlyMapping = forms.length > 0 && forms.every(isMapping);
  return onlyMapping && !end.flow ? `\n${' '.repeat(column + 2)}` : ' ';
}

function valueOptions(
  schema: JsonSchema,
  keys: readonly KeyAt[],
  end: Place,
  values: (path: YamlPath) => string | null,
): readonly ManifestOption[] {
  const names = namedValues(keys, end.path).map(
    ({ label, detail }): ManifestOption => ({ label, kind: 'name', detail, info: null, apply: label }),
  );
  // The value that is being typed does not decide which forms are possible.
  const forms = formsAt(schema, end.path, (path) => (samePath(path, end.path) ? null : values(path)));
  const options = new Map(names.map((option) => [option.label, option]));
  for (const form of forms)
    for (const label of listedValues(form))
      if (!options.has(label))
        options.set(label, {
          label,
          kind: 'value',
          detail: form.default !== undefined && String(form.default) === label ? 'default' : '',
          info: form.description ?? null,
          apply: label,
        });
  return [...options.values()];
}

function infoOf(forms: readonly JsonSchema[]): string | null {
  const description = forms.find((form) => form.description)?.description ?? null;
  const preset = forms.find((form) => form.default !== undefined)?.default;
  if (preset === undefined) return description;
  return [description, `Default: ${JSON.stringify(preset)}`].filter(Boolean).join('\n');
}

/** What the schema says about the key under an offset. */
export function explainKey(
  text: string,
  offset: number,
  schema: JsonSchema,
): {
  readonly from: number;
  readonly to: number;
  readonly path: string;
  readonly type: string;
  readonly info: string | null;
} | null {
  if (text.length > MAX_TEXT) return null;
  const { keys } = walkYaml(text);
  const key = keys.find(({ from, to }) => offset >= from && offset <= to);
  if (!key) return null;
  const forms = formsAt(schema, key.path, valueAt(keys));
  if (forms.length === 0) return null;
  return {
    from: key.from,
    to: key.to,
    path: key.path.join('.'),
    type: describeType(forms),
    info: infoOf(forms),
  };
}

function valueAt(keys: readonly KeyAt[]): (path: YamlPath) => string | null {
  const values = new Map(keys.map(({ path, value }) => [path.join('\0'), value]));
  return (path) => values.get(path.join('\0')) ?? null;
}

function isChildOf(path: YamlPath, parent: YamlPath): boolean {
  return path.length === parent.length + 1 && parent.every((step, index) => path[index] === step);
}

function samePath(a: YamlPath, b: YamlPath): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
