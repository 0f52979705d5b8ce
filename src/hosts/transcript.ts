import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Beyond this a transcript is not read: what it says is then not known. */
const LARGEST = 256 * 1024 * 1024;
const CHUNK = 1024 * 1024;
/** No line of interest is longer, and each further piece of one would be copied again. */
const LONGEST_LINE = 32 * 1024 * 1024;

/**
 * The lines of a host's transcript that hold one of the marks, from a place near its end on where `tail` says how many
 * bytes are enough. Undefined for what is no file, cannot be read or is too large. Never throws.
 */
export function linesWith(path: string, marks: readonly string[], tail = LARGEST): readonly string[] | undefined {
  try {
    // A pipe would keep us waiting for somebody to write into it.
    const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile() || Math.min(stats.size, tail) > LARGEST) return undefined;
      return readLines(fd, Math.max(stats.size - tail, 0), marks);
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

function readLines(fd: number, start: number, marks: readonly string[]): readonly string[] {
  const found: string[] = [];
  const chunk = Buffer.allocUnsafe(CHUNK);
  let rest = Buffer.alloc(0);
  for (let at = start; ;) {
    const count = readSync(fd, chunk, 0, CHUNK, at);
    if (count === 0) break;
    at += count;
    const bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    for (const line of bytes.toString("utf8", 0, end).split("\n")) {
      if (marks.some((mark) => line.includes(mark))) found.push(line);
    }
    rest = bytes.length - end > LONGEST_LINE ? Buffer.alloc(0) : Buffer.from(bytes.subarray(end));
  }
  return found;
}
