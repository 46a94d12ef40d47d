/** Events by time in plain arrays: a decision plays hundreds of thousands of them. `pop` puts the earliest into the fields. */
export class EventHeap {
  readonly #at: number[] = [];
  readonly #stage: number[] = [];
  readonly #pool: number[] = [];
  readonly #tasks: number[] = [];
  #size = 0;
  at = 0;
  stage = 0;
  pool = 0;
  tasks = 0;

  push(at: number, stage: number, pool: number, tasks: number): void {
    let child = this.#size++;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if ((this.#at[parent] as number) <= at) break;
      this.#move(parent, child);
      child = parent;
    }
    this.#put(child, at, stage, pool, tasks);
  }

  pop(): boolean {
    if (this.#size === 0) return false;
    this.at = this.#at[0] as number;
    this.stage = this.#stage[0] as number;
    this.pool = this.#pool[0] as number;
    this.tasks = this.#tasks[0] as number;
    const last = --this.#size;
    const at = this.#at[last] as number;
    let hole = 0;
    for (let child = 1; child < last; child = 2 * hole + 1) {
      if (child + 1 < last && (this.#at[child + 1] as number) < (this.#at[child] as number)) child++;
      if (at <= (this.#at[child] as number)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#put(hole, at, this.#stage[last] as number, this.#pool[last] as number, this.#tasks[last] as number);
    return true;
  }

  #move(from: number, to: number): void {
    this.#put(
      to,
      this.#at[from] as number,
      this.#stage[from] as number,
      this.#pool[from] as number,
      this.#tasks[from] as number,
    );
  }

  #put(to: number, at: number, stage: number, pool: number, tasks: number): void {
    this.#at[to] = at;
    this.#stage[to] = stage;
    this.#pool[to] = pool;
    this.#tasks[to] = tasks;
  }
}
