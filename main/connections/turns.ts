/** One after the other: what is asked for meanwhile waits its turn. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined); // whoever asked is told; the next one begins anew
    return done;
  }
}
