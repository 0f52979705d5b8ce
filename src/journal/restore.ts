import { fstatSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ok, type Result } from "../plan/refusal.ts";
import { linkIntoPlace, openToAppend, readAt, realIo, refuseIo, removeQuietly, syncFolder, tempName } from "./disk.ts";
import { closeQuietly } from "./journal-file.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * Puts a journal file back that has lost all its names while we had it open. If somebody else was faster, theirs
 * stays: they copied from the same file, and what they missed its writer will miss too, and append again.
 */
export function restoreFile(fd: number, file: string): Result<void> {
  const temp = tempName(file);
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    try {
      writeFileSync(temp, "", { flag: "wx" });
      copyContent(fd, temp);
      linkIntoPlace(temp, file);
    } finally {
      removeQuietly(temp);
    }
    syncFolder(path.dirname(file));
    return ok(undefined);
  } catch (error) {
    return { ok: false, refusal: refuseIo(error, "put the journal back", file) };
  }
}

function copyContent(from: number, temp: string): void {
  const to = openToAppend(temp);
  try {
    const { size } = fstatSync(from);
    for (let at = 0; at < size;) {
      const bytes = readAt(from, at, Math.min(CHUNK_BYTES, size - at));
      if (bytes.length === 0) break;
      at += bytes.length;
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(realIo.write(to, rest));
    }
    realIo.sync(to);
  } finally {
    closeQuietly(to);
  }
}
