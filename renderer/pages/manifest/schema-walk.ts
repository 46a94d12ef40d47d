import type { YamlPath } from './yaml-walk.ts';

/** The part of a JSON schema that completion and hovering read. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly title?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly items?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** Chains of references longer than this are circles. */
const MAX_DEPTH = 32;

/**
 * All the forms a place may take: references followed, unions taken apart. A form that fixes a sibling to another
 * value (`provider: slurm` while the file says `local`) does not count.
 */
export function formsAt(
  root: JsonSchema,
  path: YamlPath,
  valueAt: (path: YamlPath) => string | null = () => null,
): readonly JsonSchema[] {
  const fits = (form: JsonSchema, at: YamlPath) =>
    Object.entries(form.properties ?? {}).every(([name, property]) => {
      const written = property.const === undefined ? null : valueAt([...at, name]);
      return written === null || written === String(property.const);
    });
  let forms = expand(root, root);
  path.forEach((step, index) => {
    const here = path.slice(0, index + 1);
    forms = forms
      .flatMap((form) => childForms(form, step))
      .flatMap((form) => expand(form, root))
      .filter((form) => fits(form, here));
  });
  return forms;
}

function childForms(form: JsonSchema, step: string | number): readonly JsonSchema[] {
  if (typeof step === 'number') {
    const item = form.prefixItems?.[step] ?? form.items;
    return typeof item === 'object' ? [item] : [];
  }
  const own = form.properties && Object.hasOwn(form.properties, step) ? form.properties[step] : undefined;
  if (own) return [own];
  const patterns = Object.entries(form.patternProperties ?? {})
    .filter(([pattern]) => new RegExp(pattern).test(step))
    .map(([, schema]) => schema);
  if (patterns.length > 0) return patterns;
  return typeof form.additionalProperties === 'object' ? [form.additionalProperties] : [];
}

function expand(schema: JsonSchema, root: JsonSchema, depth = 0): readonly JsonSchema[] {
  if (depth > MAX_DEPTH) return [];
  const reference = schema.$ref ? resolve(schema.$ref, root) : null;
  // What stands beside a reference or a union (a description) belongs to each of its forms.
  const { $ref: _ref, anyOf, oneOf, allOf, ...own } = schema;
  const parts = [...(reference ? [reference] : []), ...(anyOf ?? []), ...(oneOf ?? []), ...(allOf ?? [])];
  if (parts.length === 0) return [schema];
  const forms = parts.flatMap((part) => expand(part, root, depth + 1));
  const inherited = forms.map((form) => ({
    ...form,
    ...(own.description !== undefined && { description: own.description }),
    ...(own.default !== undefined && form.default === undefined && { default: own.default }),
  }));
  return own.properties ? [own, ...inherited] : inherited;
}

function resolve(reference: string, root: JsonSchema): JsonSchema | null {
  if (reference === '#') return root;
  const match = /^#\/(\$defs|definitions)\/(.+)$/.exec(reference);
  if (!match) return null;
  const [, place, name] = match;
  const table = place === '$defs' ? root.$defs : root.definitions;
  return (
    table?.[
      decodeURIComponent(name ?? '')
        .replaceAll('~1', '/')
        .replaceAll('~0', '~')
    ] ?? null
  );
}

export function isMapping(form: JsonSchema): boolean {
  return form.type === 'object' || form.properties !== undefined || form.additionalProperties !== undefined;
}

/** The values a place can take where the schema lists them. */
export function listedValues(form: JsonSchema): readonly string[] {
  if (form.const !== undefined) return [String(form.const)];
  if (form.enum) return form.enum.filter((value) => value !== null).map(String);
  return form.type === 'boolean' ? ['true', 'false'] : [];
}

/** `text`, `whole number`, `list`, `a | b`: what kind of value is expected, for people. */
export function describeType(forms: readonly JsonSchema[]): string {
  const words = forms.flatMap((form) => {
    const values = form.type === 'boolean' ? [] : listedValues(form);
    if (values.length > 0 && values.length <= 6) return values;
    const types = typeof form.type === 'string' ? [form.type] : (form.type ?? []);
    return types.filter((type) => type !== 'null').map((type) => TYPE_WORDS[type] ?? type);
  });
  return [...new Set(words)].join(' | ');
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true | false',
  array: 'list',
  object: 'mapping',
};
