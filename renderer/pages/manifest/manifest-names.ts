import type { KeyAt, YamlPath } from './yaml-walk.ts';

/** Names that the file itself defines and other places of it may use. */
export interface NamedOption {
  readonly label: string;
  readonly detail: string;
}

const EVERYWHERE: readonly NamedOption[] = [
  { label: 'instance_id', detail: 'of this instance' },
  { label: 'run_id', detail: 'of the run' },
  { label: 'cpus', detail: 'requested' },
  { label: 'memory_mb', detail: 'requested, in MB' },
  { label: 'threads', detail: 'requested' },
  { label: 'project_dir', detail: 'folder of the manifest' },
  { label: 'work_dir', detail: 'folder of this attempt' },
];

/** Features that planning measures itself, beside the parameters. */
const MEASURED_FEATURES: readonly NamedOption[] = [
  { label: 'input_size_mb', detail: 'total size of the inputs' },
  { label: 'input_count', detail: 'number of input files' },
];

export function childNames(keys: readonly KeyAt[], ...parent: string[]): readonly string[] {
  const names = keys
    .filter(({ path }) => path.length === parent.length + 1 && parent.every((step, i) => path[i] === step))
    .map(({ path }) => String(path.at(-1)));
  return [...new Set(names)];
}

/** Names that fit as the value at this place; empty where the manifest defines none. */
export function namedValues(keys: readonly KeyAt[], path: YamlPath): readonly NamedOption[] {
  const [section, owner, field] = path;
  const named = (names: readonly string[], detail: string) => names.map((label) => ({ label, detail }));
  if (section === 'targets' && field === 'overlay') return named(childNames(keys, 'overlays'), 'overlay');
  if (section !== 'tasks' || typeof owner !== 'string') return [];
  if (field === 'component') return named(childNames(keys, 'components'), 'component');
  if (field === 'needs' && path.length >= 4)
    return named(
      childNames(keys, 'tasks').filter((name) => name !== owner),
      'task',
    );
  if (field === 'features' && path.length >= 4)
    return [...named(childNames(keys, 'tasks', owner, 'params'), 'parameter'), ...MEASURED_FEATURES];
  return [];
}

/** Names that fit as a key at this place: components that scaling and overlays speak of. */
export function namedKeys(keys: readonly KeyAt[], path: YamlPath): readonly NamedOption[] {
  const [section, second, third] = path;
  const components = () => childNames(keys, 'components').map((label) => ({ label, detail: 'component' }));
  if (section === 'scaling' && path.length === 2 && (second === 'min_workers' || second === 'max_workers'))
    return components();
  if (section === 'overlays' && path.length === 3 && typeof third === 'string')
    return childNames(keys, third).map((label) => ({ label, detail: third.replace(/s$/, '') }));
  return [];
}

const TEMPLATE_FIELDS = new Set(['command', 'inputs', 'outputs', 'env']);

/** What may stand between braces in this task's templates; empty outside of templates. */
export function placeholders(keys: readonly KeyAt[], path: YamlPath): readonly NamedOption[] {
  const [section, task, field] = path;
  if (section !== 'tasks' || typeof task !== 'string' || !TEMPLATE_FIELDS.has(String(field))) return [];
  const outputsOf = (name: string) => childNames(keys, 'tasks', name, 'outputs');
  return [
    ...childNames(keys, 'tasks', task, 'params').map((label) => ({ label, detail: 'parameter' })),
    ...outputsOf(task).map((name) => ({ label: `outputs.${name}`, detail: 'own output' })),
    ...childNames(keys, 'tasks')
      .filter((other) => other !== task)
      .flatMap((other) =>
        outputsOf(other).map((name) => ({ label: `${other}.outputs.${name}`, detail: `output of ${other}` })),
      ),
    ...EVERYWHERE,
  ];
}
