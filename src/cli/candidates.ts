import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { CandidateKind } from "./command.ts";
import type { Io } from "./io.ts";

export interface Candidate {
  readonly value: string;
  /** What it is, for shells that show that. */
  readonly note: string;
}

/** What the command line says so far that decides where names come from. */
export interface Given {
  /** The word that is being completed, possibly empty. */
  readonly word: string;
  readonly plan?: string;
  readonly root?: string;
}

/** The names there are of one kind; none where they cannot be had, for a completion never fails. */
export type CandidateSource = (kind: CandidateKind, given: Given) => Promise<readonly Candidate[]>;

export async function candidates(kind: CandidateKind, given: Given, io: Io): Promise<readonly Candidate[]> {
  try {
    return kind === "file" ? await filesBeside(given.word, io.cwd) : [];
  } catch {
    return [];
  }
}

async function filesBeside(word: string, cwd: string): Promise<readonly Candidate[]> {
  const folder = word.endsWith("/") ? word : dirname(word);
  const entries = await readdir(resolve(cwd, folder), { withFileTypes: true });
  const prefix = folder === "." && !word.startsWith("./") ? "" : folder;
  return entries.map((entry) => ({
    value: `${word.startsWith("./") && prefix === "." ? "./" : ""}${join(prefix, entry.name)}${entry.isDirectory() ? "/" : ""}`,
    note: entry.isDirectory() ? "folder" : "file",
  }));
}
