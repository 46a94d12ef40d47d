import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { systemErrorCode } from '../../platform/errors.ts';
import { NOT_MEASURED, type ProcessEnd, type Spawner, type SpawnRequest } from './spawner.ts';

/** Windows, and wherever koffi does not load: Node's child_process. CPU and I/O of ended processes are unknown. */
export class PortableSpawner implements Spawner {
  readonly kind = 'portable';
  readonly #running = new Map<number, ChildProcess>();

  spawn(request: SpawnRequest, onEnd: (end: ProcessEnd) => void): number | null {
    const [command = '', ...rest] = request.argv;
    const outputs: number[] = [];
    try {
      for (const path of [request.stdoutPath, request.stderrPath]) outputs.push(openSync(path, 'a'));
      const child = spawn(command, rest, {
        cwd: request.folder,
        env: request.env,
        stdio: ['ignore', ...outputs],
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
      this.#follow(child, onEnd);
      return child.pid ?? null;
    } catch (error) {
      onEnd({ ...NOT_MEASURED, launchError: systemErrorCode(error) ?? String(error) });
      return null;
    } finally {
      for (const fd of outputs) closeSync(fd);
    }
  }

  #follow(child: ChildProcess, onEnd: (end: ProcessEnd) => void): void {
    const { pid } = child;
    if (pid === undefined) {
      child.once('error', (error) =>
        onEnd({ ...NOT_MEASURED, launchError: systemErrorCode(error) ?? error.message }),
      );
      return;
    }
    this.#running.set(pid, child);
    child.once('exit', (exitCode, signal) => {
      this.#running.delete(pid);
      this.signalGroup(pid, 'SIGKILL');
      onEnd({ ...NOT_MEASURED, exitCode, signal });
    });
  }

  signalGroup(pid: number, signal: NodeJS.Signals): boolean {
    if (process.platform === 'win32') {
      if (!this.#running.has(pid)) return false;
      return spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { windowsHide: true }).status === 0;
    }
    try {
      return process.kill(-pid, signal);
    } catch (error) {
      if (systemErrorCode(error) === 'ESRCH') return false;
      throw error;
    }
  }

  poll(): void {
    // Node collects its children by itself.
  }

  strays(): readonly number[] {
    return [];
  }
}
