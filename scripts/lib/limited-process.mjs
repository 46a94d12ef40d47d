import { spawn } from 'node:child_process';

/**
 * Runs a command to its end, or kills it with everything it started when its time is over or this process is asked to end.
 * @param {{ command: string, args: readonly string[], cwd?: string, env?: NodeJS.ProcessEnv, output: 'inherit' | number,
 *   limitMs: number }} options `output`: seen as it comes, or an open file. Never a pipe: a daemon left behind by what ran
 *   would hold it open, and reading it would never end.
 * @returns {Promise<{ code: number, isLate: boolean, isInterrupted: boolean }>}
 */
export async function runLimited({ command, args, cwd, env, output, limitMs }) {
  // A group of its own, so that one signal reaches all of it.
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', output, output] });
  const kill = () => killGroup(child.pid);
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
    kill();
  };
  const signals = ['SIGINT', 'SIGTERM'];
  for (const signal of signals) process.on(signal, interrupt);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, limitMs);
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  clearTimeout(timer);
  for (const signal of signals) process.off(signal, interrupt);
  return { code, isLate, isInterrupted };
}

function killGroup(pid) {
  if (pid === undefined) return; // it did not start
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
