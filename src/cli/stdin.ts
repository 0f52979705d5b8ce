import { ok, refused } from "../plan/refusal.ts";
import type { Result } from "../plan/refusal.ts";
import type { Io } from "./io.ts";

/** The most that is read from standard input, in bytes; no record may be larger. */
export const STDIN_LIMIT_BYTES = 8 * 1024 * 1024;

/** All of standard input as text. Refused on a terminal, where nobody would know what it waits for. */
export async function readStdin(io: Io): Promise<Result<string>> {
  if (io.stdin.isTTY === true) {
    return refused("usage-no-stdin", "This reads standard input, which is a terminal", {
      hint: "Pipe a file or a here-document into it",
    });
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin) {
    const data = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    bytes += data.length;
    if (bytes > STDIN_LIMIT_BYTES) {
      return refused("usage-stdin-too-large", `Standard input holds more than ${STDIN_LIMIT_BYTES} bytes`);
    }
    chunks.push(data);
  }
  return ok(Buffer.concat(chunks).toString("utf8"));
}
