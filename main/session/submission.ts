import type { DeploymentSpec, Params, ParamValue, ProviderName } from '../manifest/spec.ts';
import { AppError } from '../platform/errors.ts';
import { describeMemory, parseMemory } from '../platform/units.ts';
import type { Capacity, ResourceRequest, Work } from '../providers/provider.ts';

export interface SubmitOptions {
  /** The component whose workers run it. */
  readonly tag: string;
  /** What it is called in telemetry, so that the advisor learns about it; the function's name by default. */
  readonly name?: string;
  /** So many workers' worth of its component: CPUs and memory times `n`. */
  readonly n?: number;
  readonly cpus?: number;
  /** `8G`, or bytes. */
  readonly memory?: string | number;
  readonly walltimeSeconds?: number;
  /** What models may learn from; by default the arguments that are numbers, texts or truth values. */
  readonly features?: Params;
}

/**
 * Work that user code hands in: a function, `./module.js#name`, a Python function `package.module:name`, or a command
 * with its arguments.
 */
export type Callable = ((...args: never[]) => unknown) | string | readonly string[];

/** @throws AppError `E_UNKNOWN_TAG` */
export function checkedTag(spec: DeploymentSpec, tag: string): string {
  if (tag in spec.components) return tag;
  throw new AppError({
    code: 'E_UNKNOWN_TAG',
    message: `The manifest has no component “${tag}”, so no worker could ever run it.`,
    hint: `Its components are ${Object.keys(spec.components).join(', ') || 'none'}.`,
  });
}

/** @throws AppError `E_FUNCTION_SOURCE`, `E_ARGUMENTS` */
export function workOf(callable: Callable, args: readonly unknown[]): Work {
  checkArguments(args);
  if (isCommand(callable)) return commandOf(callable, args);
  if (typeof callable === 'string') {
    const python = PYTHON.exec(callable);
    if (python) return pythonOf(python[1] ?? '', python[2] ?? '', args);
    const at = callable.lastIndexOf('#');
    return {
      kind: 'function',
      module: callable.slice(0, at),
      name: callable.slice(at + 1),
      arguments: args,
    };
  }
  const source = String(callable);
  if (source.includes('[native code]'))
    throw new AppError({
      code: 'E_FUNCTION_SOURCE',
      message: `${callable.name || 'This function'} has no text of its own to send: it is built in, or bound.`,
      hint: 'Wrap it: (x) => Math.sqrt(x).',
    });
  return { kind: 'source', source, arguments: args };
}

const PYTHON = /^([A-Za-z_][\w.]*):([A-Za-z_]\w*)$/;

/** Whether a text names a task of the manifest, rather than a function somewhere. */
export function isTaskName(callable: Callable): callable is string {
  return typeof callable === 'string' && !callable.includes('#') && !PYTHON.test(callable);
}

/** Keyword arguments are what Python and JavaScript both have. @throws AppError `E_ARGUMENTS` */
function pythonOf(module: string, name: string, args: readonly unknown[]): Work {
  const [keywords = {}] = args;
  if (args.length <= 1 && typeof keywords === 'object' && keywords !== null && !Array.isArray(keywords))
    return { kind: 'python', module, name, arguments: keywords };
  throw new AppError({
    code: 'E_ARGUMENTS',
    message: `The Python function ${name} takes its arguments by name, as one object.`,
    hint: `As in client.submit("${module}:${name}", { year: 2050 }, { tag: "demeter" }).`,
  });
}

/** @throws AppError `E_WORK_NOT_ON_SITE` for what could not run on this kind of target */
export function checkRunsOn(provider: ProviderName, work: Work, name: string): void {
  if (provider === 'local' || (work.kind !== 'function' && work.kind !== 'source')) return;
  throw new AppError({
    code: 'E_WORK_NOT_ON_SITE',
    message: `${name} is a JavaScript function, which only runs on this machine.`,
    hint: 'Submit a command, as ["python", "run.py", "2050"], or a Python function, as "demeter.run:simulate".',
  });
}

/** @throws AppError `E_ARGUMENTS` */
function commandOf(argv: readonly string[], args: readonly unknown[]): Work {
  if (argv[0] && args.length === 0 && argv.every((part) => typeof part === 'string'))
    return { kind: 'argv', argv };
  throw new AppError({
    code: 'E_ARGUMENTS',
    message: 'A command is one list of texts: the program, then its arguments.',
    hint: 'As in client.submit(["python", "run.py", String(year)], { tag: "demeter" }).',
  });
}

function isCommand(callable: Callable): callable is readonly string[] {
  return Array.isArray(callable);
}

/** What it is called in telemetry when the caller says nothing. */
export function nameOf(callable: Callable): string {
  if (isCommand(callable)) return commandName(callable);
  return typeof callable === 'string'
    ? callable.slice(Math.max(callable.lastIndexOf('#'), callable.lastIndexOf(':')) + 1)
    : callable.name || 'function';
}

/** `python run.py` is about run.py. Names are used in ids, so only letters that may stand there are kept. */
function commandName(argv: readonly string[]): string {
  const parts = argv.map((part) => part.slice(Math.max(part.lastIndexOf('/'), part.lastIndexOf('\\')) + 1));
  const script = parts.slice(1).find((part) => /\.(py|R|r|jl|sh|js|mjs|ts|pl|m)$/.test(part));
  const name = (script ?? parts[0] ?? '').replace(/[^A-Za-z0-9._-]+/g, '_');
  return /^[A-Za-z]/.test(name) ? name : 'command';
}

/** Arguments as parameters: the fields of a single object, otherwise `arg0`, `arg1`, … */
export function paramsOf(args: readonly unknown[]): Params {
  const [first] = args;
  const isFields = args.length === 1 && typeof first === 'object' && first !== null && !Array.isArray(first);
  const entries = isFields ? Object.entries(first) : args.map((arg, at) => [`arg${at}`, arg] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, ParamValue] => isParamValue(entry[1])));
}

function isParamValue(value: unknown): value is ParamValue {
  return typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value === 'string'
      ? value.length <= 200
      : typeof value === 'boolean';
}

/**
 * What a submission asks for: its component's resources, or what the caller says.
 * @throws AppError `E_REQUEST_TOO_LARGE` for what could never run, `E_BAD_REQUEST` for what is no amount
 */
export function requestOf(
  base: ResourceRequest,
  options: SubmitOptions,
  workers: number,
  capacity: Capacity | null,
): ResourceRequest {
  const n = positive('n', options.n ?? 1, true);
  if (n > Math.max(1, workers))
    throw tooLarge(`n: ${n} workers at once, and “${options.tag}” has ${workers}`);
  const memory =
    typeof options.memory === 'string' ? parseMemory(options.memory) : (options.memory ?? base.memoryBytes);
  if (options.memory !== undefined && memory === null)
    throw new AppError({
      code: 'E_BAD_REQUEST',
      message: `“${options.memory}” is not an amount of memory.`,
      hint: 'Write it like 512M or 8G.',
    });
  const request = {
    cpus: positive('cpus', options.cpus ?? base.cpus, true) * n,
    memoryBytes: memory === null ? null : positive('memory', memory, false) * n,
    walltimeSeconds: options.walltimeSeconds ?? base.walltimeSeconds,
  };
  if (capacity && request.cpus > capacity.cpus)
    throw tooLarge(`${request.cpus} CPUs, and this target has ${capacity.cpus}`);
  if (capacity && (request.memoryBytes ?? 0) > capacity.memoryBytes)
    throw tooLarge(
      `${describeMemory(request.memoryBytes ?? 0)} of memory, and this target has ${describeMemory(capacity.memoryBytes)}`,
    );
  return request;
}

function positive(what: string, value: number, whole: boolean): number {
  if (value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value;
  throw new AppError({
    code: 'E_BAD_REQUEST',
    message: `${what} must be a ${whole ? 'whole number of 1 or more' : 'positive number'}, not ${value}.`,
  });
}

function tooLarge(wish: string): AppError {
  return new AppError({
    code: 'E_REQUEST_TOO_LARGE',
    message: `It asks for ${wish}, so it could never run.`,
    hint: 'Ask for less, or use a larger target.',
  });
}

function checkArguments(args: readonly unknown[]): void {
  try {
    JSON.stringify(args);
  } catch (error) {
    throw new AppError(
      {
        code: 'E_ARGUMENTS',
        message: 'The arguments cannot be sent to a worker: they are not plain data.',
        hint: 'Use numbers, texts, lists and objects without cycles.',
      },
      { cause: error },
    );
  }
}
