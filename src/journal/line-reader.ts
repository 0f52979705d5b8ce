import { readSync } from "node:fs";
import { MAX_RECORD_BYTES } from "../plan/record.ts";
import { decodeText } from "./line.ts";

const CHUNK_BYTES = 1024 * 1024;

/** The longest line that can hold a record: the record itself and the ordinal that a copy carries. */
export const MAX_LINE_BYTES = MAX_RECORD_BYTES + 32;

/**
 * Walks the terminated, non-empty lines of a file between two offsets, in bounded memory.
 * An unterminated last line is left alone: it is somebody's write in progress.
 */
export class LineReader {
  /** Offset of the current line's first byte. */
  start = 0;
  /** The current line; undefined where it is too long or not UTF-8. */
  text: string | undefined;
  /** How many newlines have been passed, the current line's included. */
  newlines = 0;
  readonly #fd: number;
  #end: number;
  #chunk = Buffer.alloc(0);
  /** File offset of the chunk's first byte. */
  #base: number;
  #at = 0;

  constructor(fd: number, from: number, to: number) {
    this.#fd = fd;
    this.#base = from;
    this.#end = to;
  }

  /** Offset after the last newline that was passed. */
  get position(): number {
    return this.#base + this.#at;
  }

  /** Whether bytes without a newline stand at the end; known once `next` has returned false. */
  get hasTail(): boolean {
    return this.position < this.#end;
  }

  /** Moves to the next line; false at the end. */
  next(): boolean {
    let searched = 0;
    let dropped: number | undefined;
    for (;;) {
      const newline = this.#chunk.indexOf(0x0a, this.#at + searched);
      if (newline >= 0) {
        const from = this.#at;
        this.#at = newline + 1;
        this.newlines++;
        if (newline === from && dropped === undefined) {
          searched = 0;
          continue;
        }
        const isTooLong = dropped !== undefined || newline - from > MAX_LINE_BYTES;
        this.start = dropped ?? this.#base + from;
        this.text = isTooLong ? undefined : decodeText(this.#chunk, from, newline);
        return true;
      }
      searched = this.#chunk.length - this.#at;
      if (searched > MAX_LINE_BYTES) {
        dropped ??= this.position;
        this.#at = this.#chunk.length;
        searched = 0;
      }
      if (!this.#fill()) {
        if (dropped !== undefined) this.#rewind(dropped);
        return false;
      }
    }
  }

  /** Reads on, keeping what has not been passed yet. */
  #fill(): boolean {
    const kept = this.#chunk.subarray(this.#at);
    const offset = this.#base + this.#chunk.length;
    const wanted = Math.min(this.#end - offset, Math.max(CHUNK_BYTES, kept.length));
    if (wanted <= 0) return false;
    const next = Buffer.allocUnsafeSlow(kept.length + wanted);
    kept.copy(next);
    const count = readSync(this.#fd, next, kept.length, wanted, offset);
    this.#base += this.#at;
    this.#at = 0;
    this.#chunk = next.subarray(0, kept.length + count);
    if (count === 0) this.#end = offset;
    return count > 0;
  }

  #rewind(to: number): void {
    this.#base = to;
    this.#chunk = Buffer.alloc(0);
    this.#at = 0;
  }
}
