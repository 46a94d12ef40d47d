import { Readable } from 'node:stream';
import type { CliIo } from '../../../main/cli/io.ts';
import { runCli } from '../../../main/cli/program.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The one JSON document on stdout. */
  json<Shape>(): Shape;
}

export interface FakeProcess {
  readonly cwd: string;
  readonly env?: Record<string, string | undefined>;
  /** What is typed or piped in. */
  readonly stdin?: readonly string[];
  readonly isTTY?: boolean;
  readonly signal?: AbortSignal;
}

/** Runs a command as a process would, without one. */
export async function cli(where: FakeProcess, ...args: string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTTY: where.isTTY ?? false,
    columns: 80,
  });
  const io: CliIo = {
    stdin: Readable.from(where.stdin ?? []),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env: where.env ?? {},
    cwd: where.cwd,
    signal: where.signal ?? new AbortController().signal,
  };
  const code = await runCli(args, io);
  return { code, ...written, json: <Shape>() => JSON.parse(written.stdout) as Shape };
}
