import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** How much of a long output is kept from its beginning, and from its end, in bytes. */
const HEAD_BYTES = 64 * 1024;
const TAIL_BYTES = 192 * 1024;

/** What a program printed; of a long output the beginning and the end, and how much is left out between. */
export function readCapped(file: string): string {
  const fd = openSync(file, "r");
  try {
    const { size } = fstatSync(fd);
    if (size <= HEAD_BYTES + TAIL_BYTES) return read(fd, 0, size);
    const left = size - HEAD_BYTES - TAIL_BYTES;
    return `${read(fd, 0, HEAD_BYTES)}\n[… ${left} bytes left out …]\n${read(fd, size - TAIL_BYTES, TAIL_BYTES)}`;
  } finally {
    closeSync(fd);
  }
}

function read(fd: number, from: number, length: number): string {
  const bytes = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    const count = readSync(fd, bytes, at, length - at, from + at);
    if (count === 0) break;
    at += count;
  }
  return bytes.toString("utf8", 0, at);
}
