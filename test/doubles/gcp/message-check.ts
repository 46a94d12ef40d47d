import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface Field {
  readonly type: string;
  readonly rule?: 'repeated';
  readonly keyType?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}
interface Node {
  readonly fields?: Readonly<Record<string, Field>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly nested?: Readonly<Record<string, Node>>;
}

const protos = createRequire(import.meta.url).resolve('@google-cloud/batch/build/protos/protos.json');
const root: Node = JSON.parse(readFileSync(protos, 'utf8'));
const batch = ['google', 'cloud', 'batch', 'v1'].reduce<Node>(
  (node, name) => node.nested?.[name] ?? {},
  root,
);

/**
 * What is wrong with a message as JSON, by the package's own published description of the service: fields that it does not
 * have or that only the service sets, missing ones, wrong types. Empty: nothing.
 */
export function messageProblems(type: string, value: unknown): string[] {
  const found = find([type]);
  return found ? check(found, value, type, [type]) : [`there is no message ${type}`];
}

/** A type is looked for from the inside out. */
function find(path: readonly string[]): Node | null {
  let node: Node | undefined = batch;
  for (const name of path) node = node?.nested?.[name];
  return node ?? null;
}

function resolve(type: string, scope: readonly string[]): { node: Node; path: string[] } | null {
  for (let depth = scope.length; depth >= 0; depth--) {
    const path = [...scope.slice(0, depth), ...type.split('.')];
    const node = find(path);
    if (node) return { node, path };
  }
  return null;
}

function check({ fields = {} }: Node, value: unknown, at: string, scope: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} must be an object`];
  const problems: string[] = [];
  for (const [name, inner] of Object.entries(value)) {
    const field = fields[name];
    if (!field) problems.push(`${at} has no field ${name}`);
    else if (field.options?.['(google.api.field_behavior)'] === 'OUTPUT_ONLY')
      problems.push(`${at}.${name} is set by the service`);
    else problems.push(...checkField(field, inner, `${at}.${name}`, scope));
  }
  for (const [name, field] of Object.entries(fields))
    if (field.options?.['(google.api.field_behavior)'] === 'REQUIRED' && !(name in value))
      problems.push(`${at}.${name} is missing`);
  return problems;
}

function checkField(field: Field, value: unknown, at: string, scope: readonly string[]): string[] {
  if (field.keyType) {
    if (typeof value !== 'object' || value === null) return [`${at} must be a map`];
    return Object.entries(value).flatMap(([key, each]) =>
      checkValue(field.type, each, `${at}.${key}`, scope),
    );
  }
  if (field.rule !== 'repeated') return checkValue(field.type, value, at, scope);
  if (!Array.isArray(value)) return [`${at} must be a list`];
  return value.flatMap((each, index) => checkValue(field.type, each, `${at}[${index}]`, scope));
}

function checkValue(type: string, value: unknown, at: string, scope: readonly string[]): string[] {
  const wrong = (ok: boolean) => (ok ? [] : [`${at} must be ${type}, not ${JSON.stringify(value)}`]);
  switch (type) {
    case 'string':
      return wrong(typeof value === 'string');
    case 'bool':
      return wrong(typeof value === 'boolean');
    case 'int32':
      return wrong(Number.isInteger(value));
    case 'int64':
      return wrong(/^-?\d+$/.test(String(value)));
    case 'google.protobuf.Duration':
      return wrong(typeof value === 'string' && /^\d+(\.\d+)?s$/.test(value));
    case 'google.protobuf.Timestamp':
      return wrong(typeof value === 'string' && !Number.isNaN(Date.parse(value)));
    default: {
      const found = resolve(type, scope);
      if (!found) return [`${at} is of the unknown type ${type}`];
      const { values } = found.node;
      if (values) return wrong(String(value) in values || Object.values(values).includes(Number(value)));
      return check(found.node, value, at, found.path);
    }
  }
}
