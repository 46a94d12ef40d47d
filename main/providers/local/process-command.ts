import { join } from 'node:path';
import { assertNever } from '../../platform/errors.ts';
import type { TaskInstance, Work } from '../provider.ts';
import { containerCommand, containerName } from './container-command.ts';
import { pythonCommand } from './python-command.ts';
import type { SupervisorConfig } from './supervisor-protocol.ts';
import { taskEnvironment } from './task-environment.ts';

export type ProcessWork = Exclude<Work, { kind: 'function' | 'source' }>;

/** What this machine offers to commands; looked up by the caller, so that this file stays pure. */
export interface Machine {
  readonly userEnv: Readonly<Record<string, string>>;
  readonly has: (command: string, searchPath: string | undefined) => boolean;
  /** The app's own runtime, for `node` on machines without one. */
  readonly ownNode: { readonly path: string; readonly env: Readonly<Record<string, string>> };
  readonly pythonShim: string;
  readonly user: string | null;
}

export interface ProcessCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** What to call it in a message: the user's word, not ours. */
  readonly program: string;
  /** Set for `python`: files to write before and to read after. */
  readonly python: {
    readonly resultFile: string;
    readonly argumentsFile: string;
    readonly text: string | null;
  } | null;
  /** Set for docker: the container to end by name; its processes are not below ours. */
  readonly container: string | null;
}

/** The process that does the work of one attempt. Pure but for the questions it asks `machine`. */
export function processCommand(
  instance: TaskInstance,
  work: ProcessWork,
  config: SupervisorConfig,
  machine: Machine,
): ProcessCommand {
  const threads = config.threadsPerWorker > 1 ? config.threadsPerWorker : instance.request.cpus;
  const facts = { runId: config.runId, instanceId: instance.id, attempt: instance.attempt, threads };
  const contained = instance.container !== null && config.containers !== null;
  const outside = contained ? {} : machine.userEnv;
  const plain = plainCommand(instance, work, config, machine, contained);
  const env = taskEnvironment(outside, { ...instance.env, ...plain.env }, facts);
  const base = { folder: instance.folder, program: plain.program, python: plain.python };
  if (instance.container === null || config.containers === null) {
    return { ...base, argv: plain.argv, env, container: null };
  }
  const name = containerName(config.runId, instance.id, instance.attempt);
  const wrapped = containerCommand(config.containers, instance.container, {
    argv: plain.argv,
    env,
    folder: instance.folder,
    folders: [config.projectFolder, join(config.work, instance.id), ...plain.mounts],
    cpus: instance.request.cpus,
    memoryBytes: instance.request.memoryBytes,
    user: machine.user,
    name,
  });
  return {
    ...base,
    argv: wrapped.argv,
    env: { ...machine.userEnv, ...wrapped.env },
    container: config.containers.kind === 'docker' ? name : null,
  };
}

interface PlainCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly program: string;
  readonly python: ProcessCommand['python'];
  readonly mounts: readonly string[];
}

function plainCommand(
  instance: TaskInstance,
  work: ProcessWork,
  config: SupervisorConfig,
  machine: Machine,
  contained: boolean,
): PlainCommand {
  const searchPath = instance.env.PATH ?? machine.userEnv.PATH;
  const nothingMore = { python: null, mounts: [] };
  switch (work.kind) {
    case 'argv': {
      const [program = '', ...rest] = work.argv;
      const ownNode = program === 'node' && !contained && !machine.has('node', searchPath);
      return ownNode
        ? { ...nothingMore, argv: [machine.ownNode.path, ...rest], env: machine.ownNode.env, program }
        : { ...nothingMore, argv: work.argv, env: {}, program };
    }
    case 'shell':
      return { ...nothingMore, argv: ['sh', '-c', work.script], env: work.values, program: 'sh' };
    case 'python': {
      const scratch = join(config.work, instance.id);
      const resultFile = join(scratch, `result.${instance.attempt}.json`);
      const argumentsFile = join(scratch, `arguments.${instance.attempt}.json`);
      const interpreter =
        contained || machine.has('python3', searchPath) || !machine.has('python', searchPath)
          ? 'python3'
          : 'python';
      const command = pythonCommand(interpreter, machine.pythonShim, {
        ...work,
        projectFolder: config.projectFolder,
        resultFile,
        argumentsFile,
      });
      const python = { resultFile, argumentsFile, text: command.argumentsText };
      return { ...command, program: interpreter, python, mounts: [machine.pythonShim] };
    }
    default:
      return assertNever(work);
  }
}
