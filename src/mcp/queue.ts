/** Runs one thing after the other, in the order in which they were asked for: calls of one server never interleave. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Once everything that was asked for so far has ended. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
