import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../platform/errors.ts';
import { workspacePaths } from '../../platform/paths.ts';
import { siblingModule } from '../../platform/sibling-module.ts';
import { openWorkspace } from '../../telemetry/workspace.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { workspaceRoot } from '../project.ts';
import type { RunInput } from './run.ts';
import { argumentsOf } from './run-arguments.ts';

const LOOK_EVERY_MS = 100;
const WAIT_MS = 60_000;

/** Starts the run in a process of its own that outlives this one and the terminal; answers when the run is recorded. */
export async function detach(context: CommandContext, input: RunInput): Promise<number> {
  const root = workspaceRoot(context, input.manifest);
  const paths = workspacePaths(root);
  await mkdir(paths.state, { recursive: true });
  const logPath = join(paths.state, 'detached.log');
  await using log = await open(logPath, 'w');
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      siblingModule(import.meta.url, '../main').pathname,
      ...argumentsOf(context, input, root),
    ],
    { cwd: context.io.cwd, env: { ...context.io.env }, detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  const gone = new Promise<true>((resolve) => {
    child.on('exit', () => resolve(true));
    child.on('error', () => resolve(true));
  });
  const runId = await recorded(root, child.pid ?? -1, gone, context.io.signal);
  child.unref();
  if (runId === null) throw await failure(logPath);
  context.output.result(
    { run_id: runId, status: 'running', pid: child.pid },
    () => `Run ${runId} goes on in process ${child.pid}. Stop it with: scalable cancel ${runId}`,
  );
  return EXIT.done;
}

/** The run whose owner is this process, or null when it has gone without one. */
async function recorded(
  root: string,
  pid: number,
  gone: Promise<true>,
  signal: AbortSignal,
): Promise<string | null> {
  const end = Date.now() + WAIT_MS;
  let over = false;
  while (!over && Date.now() < end && !signal.aborted) {
    over = await Promise.race([gone, sleep(LOOK_EVERY_MS, false)]);
    const found = await runOf(root, pid);
    if (found !== null) return found;
  }
  return null;
}

async function runOf(root: string, pid: number): Promise<string | null> {
  try {
    const workspace = await openWorkspace(root, { access: 'read' });
    try {
      const run = await workspace.store.run('last');
      return run?.pid === pid ? run.runId : null;
    } finally {
      await workspace.close();
    }
  } catch (error) {
    // Nothing is recorded before the other process has made the file.
    if (error instanceof AppError && error.code === 'E_NO_TELEMETRY') return null;
    throw error;
  }
}

async function failure(logPath: string): Promise<AppError> {
  const said = (await readFile(logPath, 'utf8')).trim();
  return new AppError({
    code: 'E_DETACH',
    message: said === '' ? 'The run did not start' : said,
    hint: 'Try it without --detach to see what happens.',
  });
}
