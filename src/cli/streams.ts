import { fstatSync, statSync, writeSync } from "node:fs";
import { devNull } from "node:os";
import type { Sink, Source } from "./io.ts";

const RETRY_MS = 2;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Only what is a terminal needs one of Node's streams; making one costs more than most commands take. */
function mayBeTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isCharacterDevice() && stats.rdev !== statSync(devNull).rdev;
  } catch {
    return false;
  }
}

/** A pipe or a file, written to at once and whole. A reader that went away (`| head`) is no error: the rest is dropped. */
class DirectSink implements Sink {
  readonly isTTY = false;
  readonly #fd: number;
  #isClosed = false;
  readonly #listeners: (() => void)[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(text: string | Uint8Array): void {
    let left = typeof text === "string" ? Buffer.from(text) : text;
    while (left.length > 0 && !this.#isClosed) left = left.subarray(this.#writeSome(left));
  }

  /** As streams have it; only the end of a pipe is told of. */
  once(_event: "error" | "close", listener: () => void): void {
    this.#listeners.push(listener);
  }

  #writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") this.#close();
      else if (code === "EAGAIN") Atomics.wait(sleeper, 0, 0, RETRY_MS);
      else throw error;
      return 0;
    }
  }

  #close(): void {
    this.#isClosed = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

/** Whether nothing can be under way to where this leads. */
export const isWritten = (sink: Sink): boolean => sink instanceof DirectSink;

/** Where output goes: Node's own stream for a terminal, else the file itself. */
export function openSink(fd: 1 | 2): Sink {
  if (!mayBeTerminal(fd)) return new DirectSink(fd);
  const stream = fd === 1 ? process.stdout : process.stderr;
  if (!stream.isTTY) return new DirectSink(fd);
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return stream;
}

/** Standard input, opened only when it is read: most commands never do. */
export function openSource(): Source {
  return {
    get isTTY() {
      return mayBeTerminal(0) && process.stdin.isTTY;
    },
    [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator](),
  };
}
