import { AppError } from '../platform/errors.ts';
import { argvShape, type CommandShape, commandShape } from './command.ts';
import { needsFindings, needsOf } from './needs.ts';
import { paramFindings } from './params.ts';
import { type ManifestParts, textOf, textsAt } from './parts.ts';
import { BUILT_IN_PLACEHOLDERS, placeholdersOf } from './placeholders.ts';
import { error, type Finding, type Path, suggestion, warning } from './problems.ts';
import type { ManifestTask } from './schema.ts';
import { keysAt, type MapTree, scalarAt, treeAt } from './tree.ts';
import { walltimeFindings } from './walltime.ts';

const WORK_KEYS = ['command', 'python', 'function'] as const;
const INPUT_FEATURES = ['input_size_mb', 'input_count'];

/** What the values of tasks mean together. Tasks of a wrong shape are left to `check-shape`. */
export function taskFindings(root: MapTree, parts: ManifestParts): Finding[] {
  const names = keysAt(root, ['tasks']);
  const findings = needsFindings(parts, names);
  for (const [name, task] of parts.tasks) {
    findings.push(
      ...componentFindings(root, name, task),
      ...workFindings(root, parts, name, task),
      ...paramFindings(root, name, task.expand ?? 'product'),
      ...featureFindings(name, task),
      ...walltimeFindings(root, ['tasks', name, 'walltime']),
    );
  }
  if (names.length === 0)
    findings.push(
      warning(
        'W_NO_TASKS',
        root.entries.has('tasks') ? ['tasks'] : [],
        'There are no tasks, so a plan will be empty',
        'Add one under tasks.',
      ),
    );
  return findings;
}

function componentFindings(root: MapTree, name: string, task: ManifestTask): Finding[] {
  const known = keysAt(root, ['components']);
  if (known.includes(task.component)) return [];
  return [
    error(
      'E_UNKNOWN_COMPONENT',
      ['tasks', name, 'component'],
      `There is no component “${task.component}”`,
      suggestion(task.component, known, 'Define it under components.'),
    ),
  ];
}

function workFindings(root: MapTree, parts: ManifestParts, name: string, task: ManifestTask): Finding[] {
  const path = ['tasks', name];
  const given = WORK_KEYS.filter((key) => task[key] !== undefined);
  if (given.length > 1)
    return [
      error(
        'E_TWO_KINDS_OF_WORK',
        [...path, given[1] ?? 'command'],
        `${name} says what to run in ${given.length} ways: ${given.join(' and ')}`,
        'Keep one of them; for two steps make two tasks.',
      ),
    ];
  const scope = placeholderScope(root, parts, name, task);
  const own = textsAt(root, [...path, 'outputs']);
  const inputs = (task.inputs ?? []).flatMap((pattern, index) =>
    unknownPlaceholders(pattern, [...path, 'inputs', index], scope),
  );
  const outputs = Object.entries(own).flatMap(([output, text]) =>
    unknownPlaceholders(
      text,
      [...path, 'outputs', output],
      scope.filter((known) => !known.startsWith('outputs.')),
    ),
  );
  return [
    ...inputs,
    ...outputs,
    ...(task.command === undefined ? [] : commandFindings(root, [...path, 'command'], scope)),
    ...referenceFindings(
      task.python,
      [...path, 'python'],
      /^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/,
      'energy.model:simulate',
    ),
    ...referenceFindings(
      task.function,
      [...path, 'function'],
      /^[^#]+#[A-Za-z_$][\w$]*$/,
      './tasks.js#simulate',
    ),
  ];
}

/** Every placeholder that this task may use. */
function placeholderScope(root: MapTree, parts: ManifestParts, name: string, task: ManifestTask): string[] {
  const outputsOf = (owner: string) => Object.keys(textsAt(root, ['tasks', owner, 'outputs']));
  const needed = needsOf(task).filter((need) => parts.tasks.has(need.task));
  return [
    ...Object.keys(task.params ?? {}),
    ...outputsOf(name).map((output) => `outputs.${output}`),
    ...needed.flatMap((need) => outputsOf(need.task).map((output) => `${need.task}.outputs.${output}`)),
    ...BUILT_IN_PLACEHOLDERS,
  ];
}

function commandFindings(root: MapTree, path: Path, scope: readonly string[]): Finding[] {
  const tree = treeAt(root, path);
  if (tree === undefined || tree.kind === 'map') return [];
  const texts =
    tree.kind === 'scalar'
      ? [textOf(tree)]
      : tree.items.flatMap((item) => (item.kind === 'scalar' ? [textOf(item)] : []));
  const unknown = texts.flatMap((text, index) =>
    unknownPlaceholders(text, tree.kind === 'list' ? [...path, index] : path, scope),
  );
  return [
    ...shapeFindings(() => (tree.kind === 'scalar' ? commandShape(texts[0] ?? '') : argvShape(texts)), path),
    ...unknown,
  ];
}

function shapeFindings(shape: () => CommandShape, path: Path): Finding[] {
  try {
    shape();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return [error(thrown.code, path, thrown.message, thrown.hint ?? null)];
  }
}

function unknownPlaceholders(text: string, path: Path, scope: readonly string[]): Finding[] {
  const names = new Set(placeholdersOf(text).map((part) => part.name));
  return [...names]
    .filter((name) => !scope.includes(name))
    .map((name) =>
      error('E_UNKNOWN_PLACEHOLDER', path, `{${name}} is not known here`, placeholderHint(name, scope)),
    );
}

function placeholderHint(name: string, scope: readonly string[]): string {
  const [task] = name.split('.outputs.');
  if (name.includes('.outputs.') && !scope.some((known) => known.startsWith(`${task}.outputs.`)))
    return `Add needs: [${task}] to this task, and the output to ${task}.`;
  return `${suggestion(name, scope, '')} For literal braces write {{${name}}}.`;
}

function referenceFindings(
  text: string | undefined,
  path: Path,
  pattern: RegExp,
  example: string,
): Finding[] {
  if (text === undefined || pattern.test(text)) return [];
  return [
    error(
      'E_BAD_WORK',
      path,
      `“${text}” does not name a function`,
      `For example: ${path.at(-1)}: ${example}.`,
    ),
  ];
}

function featureFindings(name: string, task: ManifestTask): Finding[] {
  const known = [...Object.keys(task.params ?? {}), ...INPUT_FEATURES];
  return (task.features ?? []).flatMap((feature, index) =>
    known.includes(feature)
      ? []
      : [
          warning(
            'W_UNKNOWN_FEATURE',
            ['tasks', name, 'features', index],
            `${name} has no feature “${feature}”, so nothing can be learned from it`,
            suggestion(feature, known, ''),
          ),
        ],
  );
}

/** The work of a task as its spec says it; null when it says none. */
export function commandTextAt(root: MapTree, task: string): string | readonly string[] | null {
  const scalar = scalarAt(root, ['tasks', task, 'command']);
  if (scalar !== null) return textOf(scalar);
  const tree = treeAt(root, ['tasks', task, 'command']);
  return tree?.kind === 'list'
    ? tree.items.map((item) => (item.kind === 'scalar' ? textOf(item) : ''))
    : null;
}
