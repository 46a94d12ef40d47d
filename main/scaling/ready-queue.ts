/** Longest packet first. */
export class ReadyQueue {
  readonly #groups: { seconds: number; count: number; tasks: number; stage: number }[] = [];
  /** Tasks in the queue. */
  tasks = 0;
  /** What `pop` gave. */
  seconds = 0;
  unitTasks = 0;
  stage = 0;

  push(seconds: number, count: number, tasks: number, stage: number): void {
    this.tasks += count * tasks;
    let at = this.#groups.length;
    // Shortest first in the array, so that the longest is taken from its end.
    while (at > 0 && (this.#groups[at - 1]?.seconds ?? 0) > seconds) at--;
    const same = this.#groups[at - 1];
    if (same && same.seconds === seconds && same.stage === stage && same.tasks === tasks) same.count += count;
    else this.#groups.splice(at, 0, { seconds, count, tasks, stage });
  }

  /** The stage of what `pop` will give. */
  get next(): number | undefined {
    return this.#groups.at(-1)?.stage;
  }

  pop(): boolean {
    const group = this.#groups.at(-1);
    if (!group) return false;
    this.seconds = group.seconds;
    this.unitTasks = group.tasks;
    this.stage = group.stage;
    this.tasks -= group.tasks;
    if (--group.count === 0) this.#groups.pop();
    return true;
  }
}
