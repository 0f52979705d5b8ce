import type { ModelRequest } from "./turn.ts";

type Holds = (request: ModelRequest) => boolean;

/** What a model was sent, oldest first, and who waits for something that is yet to come. */
export class RequestLog {
  readonly all: ModelRequest[] = [];
  readonly #waiting = new Set<(request: ModelRequest) => void>();

  /** Keeps a request and tells whoever waits for it; answers its place. */
  add(request: ModelRequest): number {
    const at = this.all.push(request) - 1;
    for (const notify of this.#waiting) notify(request);
    return at;
  }

  /** The first request, past or coming, of which that holds. */
  waitFor(holds: Holds): Promise<ModelRequest> {
    const known = this.all.find(holds);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      const notify = (request: ModelRequest): void => {
        if (!holds(request)) return;
        this.#waiting.delete(notify);
        resolve(request);
      };
      this.#waiting.add(notify);
    });
  }
}
