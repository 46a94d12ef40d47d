import type { ManifestParts } from './parts.ts';
import { error, type Finding, suggestion } from './problems.ts';
import type { ManifestTask } from './schema.ts';

export interface Need {
  readonly task: string;
  /** Parameters whose values must be equal on both sides; empty: all instances. */
  readonly matchOn: readonly string[];
}

/** `simulate` or `simulate[scenario, year]`; null when it is neither. */
export function parseNeed(text: string): Need | null {
  const match = /^\s*([^[\]]+?)\s*(?:\[([^[\]]*)\])?\s*$/.exec(text);
  if (match?.[1] === undefined) return null;
  const matchOn = (match[2] ?? '').split(',').map((name) => name.trim());
  if (match[2] === undefined) return { task: match[1], matchOn: [] };
  return matchOn.includes('') ? null : { task: match[1], matchOn };
}

export function needsOf(task: ManifestTask): Need[] {
  return needTexts(task).flatMap((text) => parseNeed(text) ?? []);
}

const needTexts = (task: ManifestTask): readonly string[] =>
  typeof task.needs === 'string' ? [task.needs] : (task.needs ?? []);

export function needsFindings(parts: ManifestParts, taskNames: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  for (const [name, task] of parts.tasks) {
    for (const [index, text] of needTexts(task).entries()) {
      const path = ['tasks', name, 'needs', ...(typeof task.needs === 'string' ? [] : [index])];
      findings.push(...needFindings(parts, taskNames, name, text, path));
    }
  }
  for (const cycle of findCycles(parts.tasks)) {
    const first = cycle[0] ?? '';
    findings.push(
      error(
        'E_NEEDS_CYCLE',
        ['tasks', first, 'needs'],
        `These tasks wait for each other: ${[...cycle, first].join(' → ')}`,
        'Remove one of the needs: none of them could ever start.',
      ),
    );
  }
  return findings;
}

function needFindings(
  parts: ManifestParts,
  taskNames: readonly string[],
  name: string,
  text: string,
  path: readonly (string | number)[],
): Finding[] {
  const need = parseNeed(text);
  if (need === null)
    return [
      error(
        'E_BAD_NEEDS',
        path,
        `“${text}” is not a task`,
        'Write simulate, or simulate[scenario] for the matching ones.',
      ),
    ];
  if (!taskNames.includes(need.task))
    return [
      error(
        'E_UNKNOWN_TASK',
        path,
        `There is no task “${need.task}”`,
        suggestion(
          need.task,
          taskNames.filter((other) => other !== name),
          'Define it under tasks.',
        ),
      ),
    ];
  const sides = [name, need.task].flatMap((side) => {
    const task = parts.tasks.get(side);
    return task === undefined ? [] : [{ side, known: Object.keys(task.params ?? {}) }];
  });
  return need.matchOn.flatMap((parameter) =>
    sides
      .filter(({ known }) => !known.includes(parameter))
      .slice(0, 1)
      .map(({ side, known }) =>
        error(
          'E_BAD_NEEDS',
          path,
          `${side} has no parameter “${parameter}” to match on`,
          suggestion(parameter, known, `Give ${side} that parameter, or need all of ${need.task}.`),
        ),
      ),
  );
}

/** Cycles that share no task, each in the order its tasks wait for each other. Iterative: a chain may be long. */
function findCycles(tasks: ReadonlyMap<string, ManifestTask>): string[][] {
  const cycles: string[][] = [];
  const named = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();
  for (const start of tasks.keys()) {
    const path: { name: string; left: string[] }[] = [];
    const enter = (name: string) => {
      const task = tasks.get(name);
      state.set(name, 'open');
      path.push({ name, left: task === undefined ? [] : needsOf(task).map((need) => need.task) });
    };
    if (!state.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.left.shift();
      if (next === undefined) {
        state.set(top.name, 'done');
        path.pop();
      } else if (state.get(next) === 'open') {
        const names = path.map(({ name }) => name);
        const cycle = names.slice(names.indexOf(next));
        if (cycle.some((name) => named.has(name))) continue;
        for (const name of cycle) named.add(name);
        cycles.push(cycle);
      } else if (!state.has(next) && tasks.has(next)) enter(next);
    }
  }
  return cycles;
}
