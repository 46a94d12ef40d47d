import { readFileSync, rmSync } from 'node:fs';
import { systemErrorCode } from '../../platform/errors.ts';

/** Linux refuses a single variable of 128 KiB and more; longer arguments go through a file. */
const MAX_ENV_BYTES = 100_000;

export interface PythonCall {
  readonly module: string;
  readonly name: string;
  readonly arguments: unknown;
  readonly projectFolder: string;
  /** The shim writes what the function returned, or which exception ended it, here. */
  readonly resultFile: string;
  readonly argumentsFile: string;
}

export interface PythonCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** To be written before the start; null when the arguments fit into the environment. */
  readonly argumentsText: string | null;
}

/** How the bundled shim is called. Values travel as JSON and never become code. */
export function pythonCommand(interpreter: string, shim: string, call: PythonCall): PythonCommand {
  const text = JSON.stringify(call.arguments ?? {});
  const inFile = Buffer.byteLength(text) > MAX_ENV_BYTES;
  return {
    argv: [interpreter, shim, call.module, call.name],
    env: {
      SCALABLE_PROJECT: call.projectFolder,
      SCALABLE_RESULT_FILE: call.resultFile,
      ...(inFile ? { SCALABLE_ARGUMENTS_FILE: call.argumentsFile } : { SCALABLE_ARGUMENTS: text }),
    },
    argumentsText: inFile ? text : null,
  };
}

export type PythonResult =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'exception';
      /** Class name: `ValueError`. */
      readonly type: string;
      readonly message: string;
      /** A MemoryError: it needed more than it could get. */
      readonly outOfMemory: boolean;
      /** The module or the function is not there: the call never began. */
      readonly notFound: boolean;
    };

/** Reads and removes what the shim wrote; null when it came to no end of its own. Throws when it is not JSON. */
export function takePythonResult(file: string): PythonResult | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
  rmSync(file, { force: true });
  return JSON.parse(text) as PythonResult;
}
