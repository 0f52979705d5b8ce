import { ok, refused, type Result } from "../plan/refusal.ts";
import type { Io } from "./io.ts";
import { readStdin } from "./stdin.ts";

/** The text that words of a command line make, or standard input where the only word is `-`. Never empty. */
export async function readGivenText(words: readonly string[], io: Io, name: string): Promise<Result<string>> {
  const read = words.length === 1 && words[0] === "-" ? await readStdin(io) : ok(words.join(" "));
  if (!read.ok) return read;
  const text = read.value.trim();
  if (text !== "") return ok(text);
  return refused("usage-missing-argument", `<${name}> is empty`, {
    hint: `Give the ${name}, or - to read it from standard input`,
  });
}
