import { type CommandShape, renderCommand, workShape } from '../manifest/command.ts';
import { parseTemplate } from '../manifest/placeholders.ts';
import type { Params, ParamValue, TaskSpec, TaskWork } from '../manifest/spec.ts';
import type { Work } from '../providers/provider.ts';

/** Gives what a placeholder stands for: one text, or several for the outputs of several instances. */
export type Resolve = (name: string) => string | readonly string[];

/** Reading a command is work that 100,000 instances of a task share. */
const shapes = new WeakMap<TaskWork, CommandShape>();

/** The work of one instance with everything put in. @throws AppError `E_BAD_COMMAND`, `E_BAD_PARAMS` */
export function renderWork(work: TaskWork, params: Params, resolve: Resolve): Work {
  switch (work.kind) {
    case 'argv':
    case 'command': {
      let shape = shapes.get(work);
      if (!shape) {
        shape = workShape(work);
        shapes.set(work, shape);
      }
      return renderCommand(shape, resolve);
    }
    case 'python':
      return { kind: 'python', module: work.module, name: work.name, arguments: params };
    case 'function':
      return { kind: 'function', module: work.module, name: work.name, arguments: [params] };
  }
}

/** A path template with its placeholders put in. */
export function renderText(template: string, resolve: (name: string) => string): string {
  return parseTemplate(template)
    .map((part) => (part.kind === 'text' ? part.text : resolve(part.name)))
    .join('');
}

/** A value as a program reads it. */
export function valueText(value: ParamValue): string {
  return value === null ? '' : String(value);
}

/** What a person would type; placeholders that only a run can fill stay in braces. */
export function displayCommand(task: Pick<TaskSpec, 'work'>, params: Params): string {
  if (task.work === null) return '';
  const known: Resolve = (name) => (name in params ? valueText(params[name] ?? null) : `{${name}}`);
  return describeWork(renderWork(task.work, params, known));
}

/** A work as one line for people. */
export function describeWork(work: Work): string {
  switch (work.kind) {
    case 'argv':
      return work.argv.map(shellQuoted).join(' ');
    case 'shell':
      return work.script.replace(/'?"?\$\{(\w+)\}"?'?/g, (text, name: string) =>
        name in work.values ? shellQuoted(work.values[name] ?? '') : text,
      );
    case 'python':
      return `${work.module}:${work.name} ${JSON.stringify(work.arguments)}`;
    case 'function':
      return `${work.module}#${work.name} ${JSON.stringify(work.arguments[0] ?? {})}`;
    case 'source':
      return /^(?:async\s+)?function\s+(\w+)/.exec(work.source)?.[1] ?? 'function';
  }
}

function shellQuoted(word: string): string {
  return /^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
