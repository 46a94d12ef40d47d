import type { SkipList } from './import-result.ts';

/** Counts what was measured, so that it can be said what a source teaches nothing about. */
export class Measured {
  #tasks = 0;
  #peaks = 0;
  #times = 0;
  #cpuTimes = 0;

  add(one: {
    readonly peakMemoryBytes: number | null;
    readonly wallSeconds: number | null;
    readonly cpuSeconds: number | null;
  }): void {
    this.#tasks += 1;
    if (one.peakMemoryBytes !== null) this.#peaks += 1;
    if (one.wallSeconds !== null) this.#times += 1;
    if (one.cpuSeconds !== null) this.#cpuTimes += 1;
  }

  /** One sentence for all that no task of the source was measured for. */
  say(source: string, skipped: SkipList): void {
    if (this.#tasks === 0) return;
    const missing = [
      ...(this.#peaks === 0 ? ['peak memory'] : []),
      ...(this.#times === 0 ? ['run time'] : []),
      ...(this.#cpuTimes === 0 ? ['CPU time'] : []),
    ];
    const last = missing.pop();
    if (last === undefined) return;
    const names = missing.length === 0 ? last : `${missing.join(', ')} and ${last}`;
    skipped.note(source, `it tells no task’s ${names}: that cannot be learned from it`);
  }
}
