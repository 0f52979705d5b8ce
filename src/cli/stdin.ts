import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { refused } from "../plan/refusal.ts";
import type { Result } from "../plan/refusal.ts";
import type { Io } from "./io.ts";

/** The most that is read from standard input or a file, in megabytes; no record may be larger. */
const LIMIT_MB = 8;

/** All of standard input as text. Refused on a terminal, where nobody would know what it waits for. */
export async function readStdin(io: Io): Promise<Result<string>> {
  if (io.stdin.isTTY === true) {
    return refused("usage-no-stdin", "This reads standard input, which is a terminal", {
      hint: "Pipe a file or a here-document into it",
    });
  }
  const read = await readText(io.stdin);
  return read.ok
    ? read
    : refused(`usage-stdin-${read.why === NOT_TEXT ? "not-text" : "too-large"}`, `Standard input ${read.why}`);
}

/** A file as text, or standard input for `-`. Pipes will do; devices that never end are refused like large files. */
export async function readSource(source: string, io: Io): Promise<Result<string>> {
  if (source === "-") return readStdin(io);
  const path = resolve(io.cwd, source);
  try {
    const read = await readText(createReadStream(path));
    return read.ok ? read : refused("bad-file", `${source} ${read.why}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return refused("no-such-file", `there is no file ${source}`, { place: path });
    const why = code === "EISDIR" ? "it is a folder" : code;
    return refused("bad-file", `${source} cannot be read (${why})`, { place: path });
  }
}

const NOT_TEXT = "is not text in UTF-8";
const TOO_LARGE = `holds more than ${LIMIT_MB} MB`;

type Read = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly why: string };

async function readText(source: AsyncIterable<string | Uint8Array>): Promise<Read> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    const data = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    size += data.length;
    if (size > LIMIT_MB * 1024 * 1024) return { ok: false, why: TOO_LARGE };
    chunks.push(data);
  }
  const bytes = Buffer.concat(chunks);
  // Decoding would put other characters in place of what it cannot read, and nobody would be told.
  return isUtf8(bytes) ? { ok: true, value: bytes.toString("utf8") } : { ok: false, why: NOT_TEXT };
}
