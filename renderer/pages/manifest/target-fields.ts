import type { JsonValue } from '../../components/target-dialog.tsx';
import { formsAt, isMapping, type JsonSchema, listedValues } from './schema-walk.ts';

/** Providers that a new target may be of. */
export const PROVIDERS = ['local', 'slurm', 'aws', 'gcp'] as const;
export type Provider = (typeof PROVIDERS)[number];

export const PROVIDER_NAMES: Readonly<Record<Provider, string>> = {
  local: 'This machine',
  slurm: 'Slurm',
  aws: 'AWS',
  gcp: 'Google Cloud',
};

/** One key of a target, as a form asks for it. */
export interface TargetField {
  /** Where it stands in the target, keys joined by a dot. */
  readonly id: string;
  readonly path: readonly string[];
  readonly label: string;
  readonly help: string;
  readonly kind: 'text' | 'number' | 'flag' | 'choice' | 'list' | 'pairs';
  readonly options: readonly string[];
  /** Of a number. */
  readonly least: number | null;
}

/** What was typed, by id of the field; pairs are lines `NAME=value`. */
export type TargetValues = Readonly<Record<string, string | readonly string[]>>;

/** What most targets say, in the order in which people think of it. */
const FIRST: Readonly<Record<Provider, readonly string[]>> = {
  local: ['max_workers', 'walltime'],
  slurm: ['connection', 'queue', 'account', 'walltime', 'max_workers'],
  aws: [
    ...['connection', 'region', 'cluster_type', 'spot', 'image', 'max_workers', 'subnets'],
    ...['security_groups', 'execution_role_arn', 'task_role_arn'],
  ],
  gcp: [
    ...['connection', 'project_id', 'region', 'machine_type', 'spot', 'image', 'max_workers'],
    'service_account',
  ],
};

/** Names that were chosen for the file, not for people. */
const LABELS: Readonly<Record<string, string>> = {
  connection: 'Connection',
  cluster_type: 'Capacity',
  execution_role_arn: 'Role that starts tasks',
  task_role_arn: 'Role of the tasks',
  max_workers: 'Workers at the most',
  n_workers: 'Workers at the start',
  spot: 'Spare capacity (spot)',
  project_id: 'Google Cloud project',
  disk_gb: 'Disk in GiB',
  boot_disk_gb: 'Disk in GB',
  vpc: 'VPC',
  qos: 'Quality of service',
  assign_public_ip: 'Public address',
  poll_seconds: 'Seconds between questions',
  'adaptive.minimum': 'Adaptive: workers at the least',
  'adaptive.maximum': 'Adaptive: workers at the most',
};
/** Their labels say it all. */
const SELF_SAID = /^(?:image|execution_role_arn|task_role_arn|max_workers|adaptive\..+)$/;
/** Other spellings, and keys that do nothing. */
const LEFT_OUT = /^(?:provider|partition|adaptive\.(?:min|max))$/;

/** The keys of a target as the manifest's schema knows them: what most say, and the rest. */
export function targetFields(
  schema: JsonSchema,
  provider: Provider,
): { readonly first: readonly TargetField[]; readonly rest: readonly TargetField[] } {
  const all = fieldsBelow(schema, provider, []);
  const first = FIRST[provider].flatMap((id) => all.find((field) => field.id === id) ?? []);
  return { first, rest: all.filter((field) => !first.includes(field)) };
}

/** The target as the manifest has it: only what was said. */
export function targetBlock(
  provider: Provider,
  fields: readonly TargetField[],
  values: TargetValues,
): Record<string, JsonValue> {
  const block: Record<string, JsonValue> = { provider };
  for (const field of fields) {
    const value = saidValue(field, values[field.id] ?? '');
    const [key = '', inner] = field.path;
    if (value === null) continue;
    if (inner === undefined) block[key] = value;
    else block[key] = { ...mapping(block[key]), [inner]: value };
  }
  return block;
}

function fieldsBelow(schema: JsonSchema, provider: Provider, within: readonly string[]): TargetField[] {
  const written = (path: readonly (string | number)[]) => (path.at(-1) === 'provider' ? provider : null);
  const at = (path: readonly string[]) => formsAt(schema, ['targets', 'new', ...path], written);
  const keys = at(within).flatMap((form) => Object.keys(form.properties ?? {}));
  return keys.flatMap((key): TargetField[] => {
    const path = [...within, key];
    const id = path.join('.');
    const forms = at(path);
    const help = forms.find(({ description }) => description)?.description ?? '';
    if (LEFT_OUT.test(id) || /\bnot used\b/.test(help)) return [];
    if (within.length === 0 && forms.some(({ properties }) => properties))
      return fieldsBelow(schema, provider, path);
    const kind = kindOf(forms);
    if (kind === null) return [];
    const label = LABELS[id] ?? inWords(key);
    const options = kind === 'choice' ? forms.flatMap(listedValues) : [];
    const least = forms.map((form) => form.minimum).find((one) => one !== undefined) ?? null;
    return [
      { id, path, label, help: help === label || SELF_SAID.test(id) ? '' : help, kind, options, least },
    ];
  });
}

function kindOf(forms: readonly JsonSchema[]): TargetField['kind'] | null {
  const types = new Set(forms.flatMap(({ type }) => type ?? []));
  if (types.has('array')) return 'list';
  if (forms.some((form) => form.enum)) return 'choice';
  if (types.has('boolean')) return 'flag';
  if (types.has('string')) return 'text';
  if (types.has('integer') || types.has('number')) return 'number';
  return forms.some((form) => isMapping(form)) ? 'pairs' : null;
}

const mapping = (value: JsonValue | undefined) =>
  typeof value === 'object' && !Array.isArray(value) ? value : {};

/** Null: nothing was said. */
function saidValue({ kind }: TargetField, said: string | readonly string[]): JsonValue {
  if (typeof said !== 'string') return said.length === 0 ? null : [...said];
  const text = said.trim();
  if (text === '') return null;
  switch (kind) {
    case 'number':
      return Number(text);
    case 'flag':
      return text === 'yes';
    case 'pairs':
      return Object.fromEntries(text.split('\n').flatMap(pairOf));
    default:
      return text;
  }
}

function pairOf(line: string): [string, string][] {
  const at = line.indexOf('=');
  const key = line.slice(0, at < 0 ? undefined : at).trim();
  return key === '' ? [] : [[key, at < 0 ? '' : line.slice(at + 1).trim()]];
}

function inWords(key: string): string {
  const words = key.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
