import { AppError } from '../platform/errors.ts';
import { parseTemplate, type TemplatePart } from './placeholders.ts';
import { type QuotingContext, type ShellPart, scanShell } from './shell-scan.ts';
import type { TaskWork } from './spec.ts';

export type CommandShape =
  | { readonly kind: 'argv'; readonly args: readonly (readonly TemplatePart[])[] }
  | {
      readonly kind: 'shell';
      readonly parts: readonly ShellPart[];
      /** For `bash -c 'text' more…`: the program with its options, and what follows the text. */
      readonly wrapper: {
        readonly program: readonly string[];
        readonly rest: readonly (readonly TemplatePart[])[];
      } | null;
    };

/** A value, or all values where a placeholder stands for several (the outputs of every needed instance). */
export type PlaceholderValues = (name: string) => string | readonly string[];

/** The two kinds of `Work` that a command becomes. */
export type CommandWork =
  | { readonly kind: 'argv'; readonly argv: readonly string[] }
  | { readonly kind: 'shell'; readonly script: string; readonly values: Readonly<Record<string, string>> };

/**
 * Command text: arguments where it can be split by the rules of POSIX quoting alone, a script for `sh` otherwise.
 * @throws AppError `E_BAD_COMMAND`
 */
export function commandShape(template: string): CommandShape {
  const scan = scanShell(template);
  if (scan.words.length === 0) throw emptyCommand();
  if (scan.usesShell) return { kind: 'shell', parts: scan.parts, wrapper: null };
  return nestedScript(scan.words) ?? { kind: 'argv', args: scan.words };
}

/** A list: every item is one argument, no shell. */
export function argvShape(argv: readonly string[]): CommandShape {
  if (argv.length === 0) throw emptyCommand();
  const args = argv.map(parseTemplate);
  return nestedScript(args) ?? { kind: 'argv', args };
}

/** @throws AppError `E_BAD_COMMAND` */
export function workShape(work: Extract<TaskWork, { kind: 'argv' | 'command' }>): CommandShape {
  return work.kind === 'argv' ? argvShape(work.argv) : commandShape(work.template);
}

/**
 * Puts values in. They stay arguments, or become environment variables (SCALABLE_P1, …) that the script quotes:
 * never shell code. Several values become several arguments, each with the text around the placeholder in its word;
 * in shell text they become several words, inside quotes one text with blanks between.
 */
export function renderCommand(shape: CommandShape, values: PlaceholderValues): CommandWork {
  if (shape.kind === 'argv')
    return { kind: 'argv', argv: shape.args.flatMap((arg) => renderArgument(arg, values)) };
  const variables = new Variables();
  const body = shape.parts
    .map((part) =>
      part.kind === 'text' ? part.text : reference(part.context, variables.add(listOf(values(part.name)))),
    )
    .join('');
  const script = shape.wrapper === null ? body : wrapped(shape.wrapper, body, values, variables);
  return { kind: 'shell', script, values: variables.values };
}

/** Names of all placeholders, in order. */
export function shapePlaceholders(shape: CommandShape): string[] {
  const parts =
    shape.kind === 'argv' ? shape.args.flat() : [...shape.parts, ...(shape.wrapper?.rest.flat() ?? [])];
  return parts.flatMap((part) => (part.kind === 'placeholder' ? [part.name] : []));
}

const SHELLS = /^(?:.*[\\/])?(?:sh|bash|dash|ash|ksh|zsh)$/;

/** `bash -c "echo {name}"` as arguments would hand the value to bash as code; its text is read as a script instead. */
function nestedScript(args: readonly (readonly TemplatePart[])[]): CommandShape | null {
  const [program, ...others] = args.map(literal);
  if (program == null || !SHELLS.test(program)) return null;
  const flag = others.findIndex((arg) => arg === null || !/^[-+]/.test(arg) || /^-[a-z]*c$/.test(arg));
  const at = flag + 2;
  const script = args[at];
  if (flag < 0 || !/^-[a-z]*c$/.test(others[flag] ?? '') || script === undefined) return null;
  if (!script.some((part) => part.kind === 'placeholder')) return null;
  const options = others.slice(0, flag + 1).map((option) => option ?? '');
  // `exec` keeps one process, and the exit code is the inner shell's.
  return {
    kind: 'shell',
    parts: scanShell(source(script)).parts,
    wrapper: { program: [program, ...options], rest: args.slice(at + 1) },
  };
}

function literal(arg: readonly TemplatePart[]): string | null {
  const texts = arg.map((part) => (part.kind === 'text' ? part.text : null));
  return texts.includes(null) ? null : texts.join('');
}

/** The template that parses to these parts. */
function source(parts: readonly TemplatePart[]): string {
  return parts
    .map((part) => (part.kind === 'text' ? part.text.replace(/[{}]/g, '$&$&') : `{${part.name}}`))
    .join('');
}

function wrapped(
  wrapper: NonNullable<Extract<CommandShape, { kind: 'shell' }>['wrapper']>,
  body: string,
  values: PlaceholderValues,
  variables: Variables,
): string {
  const rest = wrapper.rest
    .flatMap((arg) => renderArgument(arg, values))
    .map((text) => reference('unquoted', variables.add([text])));
  return ['exec', ...wrapper.program.map(quoted), quoted(body), ...rest].join(' ');
}

class Variables {
  readonly values: Record<string, string> = {};
  #count = 0;

  /** Names of the variables that hold these values. */
  add(values: readonly string[]): string[] {
    return values.map((value) => {
      const name = `SCALABLE_P${++this.#count}`;
      this.values[name] = checked(value);
      return name;
    });
  }
}

function reference(context: QuotingContext, names: readonly string[]): string {
  const references = names.map((name) => `\${${name}}`);
  switch (context) {
    case 'unquoted':
      return references.map((text) => `"${text}"`).join(' ');
    case 'double':
    case 'here-document':
      return references.join(' ');
    case 'single':
      return `'"${references.join(' ')}"'`;
  }
}

function renderArgument(arg: readonly TemplatePart[], values: PlaceholderValues): string[] {
  let texts = [''];
  for (const part of arg) {
    const added = part.kind === 'text' ? [part.text] : listOf(values(part.name)).map(checked);
    texts = texts.flatMap((text) => added.map((more) => text + more));
  }
  return texts;
}

const listOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

/** No program can be given a NUL: the system ends the text there, and the rest would be lost silently. */
function checked(value: string): string {
  if (!value.includes('\0')) return value;
  throw new AppError({
    code: 'E_BAD_PARAMS',
    message: 'A parameter holds a NUL character, which cannot be handed to a command',
    hint: 'Check the file that the parameter comes from.',
  });
}

const quoted = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;

function emptyCommand(): AppError {
  return new AppError({
    code: 'E_BAD_COMMAND',
    message: 'The command is empty',
    hint: 'Say what to run, for example: python model.py --scenario {scenario}.',
  });
}
