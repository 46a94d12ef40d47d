import { readProc } from './process-tree.ts';

/** Whether the kernel has killed for want of memory: it sends a plain SIGKILL and tells only its own counter. */
export class SystemMemory {
  #kills = oomKills();

  killedSinceLastAsked(): boolean {
    const before = this.#kills;
    this.#kills = oomKills();
    return before !== null && this.#kills !== null && this.#kills > before;
  }
}

/** `oom_kill` of /proc/vmstat counts kills of the whole machine and of control groups; null elsewhere. */
function oomKills(): number | null {
  const match = /^oom_kill (\d+)$/m.exec(readProc('/proc/vmstat') ?? '');
  return match ? Number(match[1]) : null;
}
