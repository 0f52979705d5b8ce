import { candidates } from "../../candidates.ts";
import type { Run } from "../../command.ts";
import { completeWords } from "../../complete-words.ts";
import { groups } from "../../table.ts";
import type { complete } from "../complete.ts";

/** A name that could act in somebody's shell, or that a shell would split, is not offered. */
const SAFE_VALUE = /^[\w.@/:+=-]+$/;

export const answerCompletion: Run<typeof complete> = async (_input, { rest, io, out }) => {
  const found = await completeWords(groups, rest, async (kind, given) => await candidates(kind, given, io));
  for (const { value, note } of found) {
    if (SAFE_VALUE.test(value)) out.print(`${value}\t${note.replaceAll(/\s+/g, " ")}`);
  }
};
