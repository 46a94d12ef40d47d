import { AppError, assertNever } from '../../platform/errors.ts';
import { type ContainerRuntime, containerCommand, containerName } from '../local/container-command.ts';
import { pythonCommand } from '../local/python-command.ts';
import { taskEnvironment } from '../local/task-environment.ts';
import type { TaskInstance } from '../provider.ts';
import { shellQuote } from './shell-quote.ts';

/** Where things are on the site; absolute paths as the nodes see them. */
export interface SiteFolders {
  readonly projectFolder: string;
  /** Of the run: `logs/`, `work/` and, for the engine, `jobs/`. */
  readonly runFolder: string;
}

export interface ChunkContext extends SiteFolders {
  readonly runId: string;
  /** For instances with an image; null: they run without it. */
  readonly containers: ContainerRuntime | null;
  /** Where the worker writes what instances print, if it is brought to `logs/` of the run afterwards. */
  readonly logFolder?: string;
}

/**
 * The file from which the elements of an array read what they are to run. Line i + 1 says where element i's part lies
 * (first byte from 1, number of bytes), so that an element reads its own and no other. A part is shell text in which
 * every value is quoted.
 */
export function chunkFile(elements: readonly (readonly TaskInstance[])[], context: ChunkContext): string {
  const parts = elements.map((instances) => instances.map((each) => instanceText(each, context)).join(''));
  const sizes = parts.map((part) => Buffer.byteLength(part));
  const places = (indexBytes: number) => {
    let at = indexBytes + 1;
    return sizes
      .map((size) => {
        const line = `${String(at).padStart(12, '0')} ${size}\n`;
        at += size;
        return line;
      })
      .join('');
  };
  return places(places(0).length) + parts.join('');
}

/** Defines what `instance` of the job script calls, and calls it. */
function instanceText(instance: TaskInstance, context: ChunkContext): string {
  const { runFolder } = context;
  const { argv, env, files, resultFile } = command(instance, context);
  const folders = [...instance.createFolders, ...(resultFile === '' ? [] : [parent(resultFile)])];
  const steps = [
    ...(folders.length > 0 ? [`mkdir -p -- ${folders.map(word).join(' ')}`] : []),
    ...Object.entries(files).map(([path, text]) => `printf '%s' ${word(text)} >${word(path)}`),
    ...Object.entries(env).map(([name, value]) => `export ${variable(name)}=${word(value)}`),
    ':',
  ];
  const base = `${context.logFolder ?? `${runFolder}/logs`}/${instance.id}.${instance.attempt}`;
  const seconds = Math.ceil(instance.request.walltimeSeconds ?? 0);
  const where = [instance.folder, `${base}.out`, `${base}.err`, resultFile].map(word).join(' ');
  return `prepare() {\n${steps.join(' &&\n')}\n}\ntask() {\nexec ${argv.map(word).join(' ')}\n}\n${needed(instance)}instance ${word(instance.id)} ${instance.attempt} ${seconds} ${where}\n`;
}

/** Goes before the call of `instance` where that may only be if others have succeeded. */
function needed({ needs = [] }: TaskInstance): string {
  if (needs.length === 0) return '';
  return `needs ${needs.map(({ instanceId, attempt }) => `${word(instanceId)} ${attempt}`).join(' ')} && `;
}

interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Written before it begins: path → text. */
  readonly files: Readonly<Record<string, string>>;
  /** Where a function's value is found; empty: there is none. */
  readonly resultFile: string;
}

function command(instance: TaskInstance, context: ChunkContext): Command {
  const plain = plainCommand(instance, context);
  const facts = {
    runId: context.runId,
    instanceId: instance.id,
    attempt: instance.attempt,
    threads: instance.request.cpus,
  };
  const env = taskEnvironment({}, { ...instance.env, ...plain.env }, facts);
  if (instance.container === null || context.containers === null) return { ...plain, env };
  const wrapped = containerCommand(context.containers, instance.container, {
    argv: plain.argv,
    env,
    folder: instance.folder,
    folders: [context.projectFolder, context.runFolder],
    cpus: instance.request.cpus,
    memoryBytes: instance.request.memoryBytes,
    user: null,
    name: containerName(context.runId, instance.id, instance.attempt),
  });
  return { ...plain, argv: wrapped.argv, env: wrapped.env };
}

function plainCommand(
  { work, id, attempt }: TaskInstance,
  { projectFolder, runFolder }: ChunkContext,
): Command {
  const nothingMore = { files: {}, resultFile: '' };
  switch (work.kind) {
    case 'argv':
      return { ...nothingMore, argv: work.argv, env: {} };
    case 'shell':
      return { ...nothingMore, argv: ['sh', '-c', work.script], env: work.values };
    case 'python': {
      const scratch = `${runFolder}/work/${id}`;
      const resultFile = `${scratch}/result.${attempt}.json`;
      const argumentsFile = `${scratch}/arguments.${attempt}.json`;
      const call = pythonCommand('python3', shimPath(runFolder), {
        ...work,
        projectFolder,
        resultFile,
        argumentsFile,
      });
      const files = call.argumentsText === null ? {} : { [argumentsFile]: call.argumentsText };
      return { argv: call.argv, env: call.env, files, resultFile };
    }
    case 'function':
    case 'source':
      throw new AppError({
        code: 'E_WORK_NOT_ON_SITE',
        message: `${id} is a JavaScript function, which only runs on this machine.`,
        hint: 'Give the task a command or a Python function, or run it on a local target.',
      });
    default:
      return assertNever(work);
  }
}

export const shimPath = (runFolder: string) => `${runFolder}/jobs/scalable_shim.py`;

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** A value as a shell word. No argument, variable or path of an operating system holds a NUL. */
function word(text: string): string {
  if (text.includes('\0'))
    throw new AppError({
      code: 'E_INVALID_VALUE',
      message: `A value with a NUL character cannot be handed to a command: ${JSON.stringify(text.slice(0, 80))}.`,
      hint: 'Remove the character, or pass the value through a file.',
    });
  return shellQuote(text);
}

/** Only such names are variables of a shell; others would be code. */
function variable(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new AppError({
    code: 'E_INVALID_VALUE',
    message: `${JSON.stringify(name)} cannot be the name of an environment variable.`,
    hint: 'Use letters, digits and underscores, and no digit first.',
  });
}
