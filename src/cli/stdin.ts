import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { ok, refused } from "../plan/refusal.ts";
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
  const text = await readUpToLimit(io.stdin);
  return text === undefined
    ? refused("usage-stdin-too-large", `Standard input holds more than ${LIMIT_MB} MB`)
    : ok(text);
}

/** A file as text, or standard input for `-`. Pipes will do; devices that never end are refused like large files. */
export async function readSource(source: string, io: Io): Promise<Result<string>> {
  if (source === "-") return readStdin(io);
  const path = resolve(io.cwd, source);
  try {
    const text = await readUpToLimit(createReadStream(path));
    return text === undefined ? refused("bad-file", `${source} holds more than ${LIMIT_MB} MB`) : ok(text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return refused("no-such-file", `there is no file ${source}`, { place: path });
    return refused("bad-file", `${source} cannot be read (${code})`, { place: path });
  }
}

/** Undefined where there is more than the limit. */
async function readUpToLimit(source: AsyncIterable<string | Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    const data = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    bytes += data.length;
    if (bytes > LIMIT_MB * 1024 * 1024) return undefined;
    chunks.push(data);
  }
  return Buffer.concat(chunks).toString("utf8");
}
