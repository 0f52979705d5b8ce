import { appendFileSync, lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileNameOf } from "../../workspace/file-name.ts";
import { makeFolder, sweepFiles, writeFileAtomic } from "../../workspace/files.ts";
import { readText } from "../../workspace/reading.ts";
import type { MemoryNote } from "./memory-note.ts";
import { foldMemory, notesOf, type SessionMemory } from "./session-memory.ts";

const LONGEST_BYTES = 64 * 1024;

/** The memory of one session: a file of lines, appended to by any number of hooks at once. */
export class MemoryFile {
  readonly path: string;
  readonly #planning: string;

  constructor(planning: string, session: string) {
    this.#planning = planning;
    this.path = join(planning, ".local", "sessions", `${fileNameOf(session)}.jsonl`);
  }

  read(): SessionMemory {
    return foldMemory(readText(this.path)?.split("\n") ?? []);
  }

  get exists(): boolean {
    return lstatSync(this.path, { throwIfNoEntry: false })?.isFile() === true;
  }

  /** Appends in one write. What cannot be written is forgotten. */
  add(notes: readonly MemoryNote[]): void {
    if (notes.length === 0) return;
    try {
      const isLink = lstatSync(this.path, { throwIfNoEntry: false })?.isFile() === false;
      if (isLink || !makeFolder(this.#planning, ".local", "sessions").ok) return;
      appendFileSync(this.path, notes.map((note) => `\n${JSON.stringify(note)}\n`).join(""), { mode: 0o600 });
    } catch {
      // The next hook repeats what this one said.
    }
  }

  /** Makes a long file short again. What others append meanwhile may be lost, so only between turns. */
  tidy(): void {
    try {
      if (statSync(this.path).size <= LONGEST_BYTES) return;
      const notes = notesOf(this.read());
      writeFileAtomic(this.path, notes.map((note) => `${JSON.stringify(note)}\n`).join(""), { mode: 0o600 });
    } catch {
      // A long file still serves.
    }
  }
}

const NAME = /^[a-z0-9_-]+\.jsonl$/;

/** Removes the memories of conversations that have not been heard of for so long. */
export const sweepMemories = (planning: string, now: number, olderThanMs: number): number =>
  sweepFiles(
    join(planning, ".local", "sessions"),
    (name, { mtimeMs }) => NAME.test(name) && now - mtimeMs > olderThanMs,
  );

/** Notes that somebody takes up an event, and tells whether nobody else did so before. */
export function isFirst(file: Pick<MemoryFile, "add" | "read">, id: string, by: string): boolean {
  file.add([{ note: "handled", id, by }]);
  const first = file.read().handled.get(id);
  // What could not be noted is done rather twice than never.
  return first === undefined || first === by;
}
