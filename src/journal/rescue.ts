import { closeSync, copyFileSync, existsSync, linkSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CloneId } from "../plan/record.ts";
import { ok, type Result } from "../plan/refusal.ts";
import {
  openToAppend,
  readAt,
  realIo,
  refuseIo,
  removeQuietly,
  statFile,
  syncFile,
  syncFolder,
  tempName,
  withFile,
} from "./disk.ts";
import { randomLetters } from "./ids.ts";
import { journalFile } from "./journal-file.ts";
import { checkMac, decodeLine, decodeText, withOrdinal, type Key, type Line } from "./line.ts";
import { LineReader, MAX_LINE_BYTES } from "./line-reader.ts";
import { readCopies } from "./publish.ts";
import { linkOver } from "./second-name.ts";

export interface RescueOptions {
  readonly clone: CloneId;
  readonly dir: string;
  readonly second?: string;
  readonly published?: string;
  readonly snapshot?: string;
  readonly previous?: string;
  readonly key?: Key;
  /** Further lines to be tried, e.g. from a backup. */
  readonly lines?: readonly string[];
  /** Begin without any record: what the files hold is set aside and no more. */
  readonly isEmpty?: boolean;
  /** Wall clock, milliseconds since the epoch: names what is set aside. */
  readonly now: number;
}

export interface Rescued {
  readonly file: string;
  /** How many records the new journal holds. */
  readonly records: number;
  /** The files that were there before, under their new names. */
  readonly setAside: readonly string[];
}

/**
 * Makes a new journal file for this clone from all that is left of it: what was published (others hold it under
 * those ordinals), the second name's file, the first name's, and further lines; each record once. Files that were
 * there are renamed, never removed. No other process should have the journal open meanwhile.
 */
export function rescueJournal(options: RescueOptions): Result<Rescued> {
  const { clone, dir, second, published, snapshot, previous, now } = options;
  const file = journalFile(dir, clone);
  const other = second === undefined ? undefined : journalFile(second, clone);
  try {
    const found = new Collection(options.key);
    const isKept = options.isEmpty !== true;
    const copies = published === undefined ? [] : [...readCopies(journalFile(published, clone), clone)];
    if (isKept) for (const [, raw] of copies.sort(([a], [b]) => a - b)) found.add(decodeLine(raw, clone));
    for (const name of isKept ? [other, file] : []) for (const line of readLines(name, clone)) found.add(line);
    for (const text of options.lines ?? []) found.add(decodeLine(text, clone));
    const temp = writeTemp(file, found.texts());
    const old = [file, other].flatMap((name) => setAsideFile(name, now));
    const setAside = [...old, ...[snapshot, previous].flatMap((name) => setAsideFile(name, now))];
    putInPlace(temp, file, other);
    if (isKept) carryLate(old, clone, found, file);
    for (const stale of [snapshot, previous]) if (stale !== undefined) removeQuietly(stale);
    return ok({ file, records: found.size, setAside });
  } catch (error) {
    return { ok: false, refusal: refuseIo(error, "rescue the journal", file) };
  }
}

/**
 * Makes the local copy of another clone's file anew, without the lines in it that are no records: from what is whole in
 * it and what was published. Where this folder itself wrote the file, as before it was moved, it is rescued as its own.
 */
export function rescueCopy(
  options: Omit<RescueOptions, "snapshot" | "previous" | "isEmpty" | "lines">,
): Result<Rescued> {
  const { clone, dir, second, published, now } = options;
  const file = journalFile(dir, clone);
  const other = second === undefined ? undefined : journalFile(second, clone);
  try {
    const lines = [file, other].flatMap((name) => readLines(name, clone));
    if (lines.some(({ ordinal }) => ordinal === undefined)) return rescueJournal(options);
    const copies = lines.map(({ ordinal = 0, raw }) => [ordinal, raw] as const);
    const known = new Map(published === undefined ? [] : readCopies(journalFile(published, clone), clone));
    // What was folded here stays as it was folded.
    for (const [ordinal, raw] of copies.toReversed()) known.set(ordinal, raw);
    const records = [...known].sort(([a], [b]) => a - b);
    const temp = writeTemp(
      file,
      records.map(([ordinal, raw]) => withOrdinal(raw, ordinal)),
    );
    const setAside = [file, other].flatMap((name) => setAsideFile(name, now));
    putInPlace(temp, file, other);
    return ok({ file, records: records.length, setAside });
  } catch (error) {
    return { ok: false, refusal: refuseIo(error, "rescue the copy of a journal", file) };
  }
}

/**
 * Adds what somebody appended to the old files after they were read. Whoever appends from now on notices by themselves
 * that their file has lost its name.
 */
function carryLate(old: readonly string[], clone: CloneId, found: Collection, file: string): void {
  const before = found.size;
  for (const name of old) for (const line of readLines(name, clone)) found.add(line);
  const late = found.texts().slice(before);
  if (late.length === 0) return;
  const fd = openToAppend(file);
  try {
    let bytes = Buffer.from(late.map((text) => `\n${text}\n`).join(""));
    while (bytes.length > 0) bytes = bytes.subarray(realIo.write(fd, bytes));
    realIo.sync(fd);
  } finally {
    closeSync(fd);
  }
}

function putInPlace(temp: string, file: string, other: string | undefined): void {
  renameSync(temp, file);
  syncFolder(path.dirname(file));
  if (other !== undefined && statFile(other) !== undefined) linkOver(file, other);
}

/** Records by id, in the order in which they were found. */
class Collection {
  readonly #lines = new Map<string, Line>();
  readonly #key: Key | undefined;

  constructor(key: Key | undefined) {
    this.#key = key;
  }

  get size(): number {
    return this.#lines.size;
  }

  add(line: Line | undefined): void {
    if (line === undefined) return;
    const known = this.#lines.get(line.record.id);
    // Of two texts for one record, the one that its signature speaks for.
    if (known === undefined || (this.#isForged(known) && !this.#isForged(line))) this.#lines.set(line.record.id, line);
  }

  texts(): readonly string[] {
    return [...this.#lines.values()].map((line) => line.raw);
  }

  #isForged(line: Line): boolean {
    return checkMac(line.raw, line.record, this.#key) === "wrong";
  }
}

/** Every line of a file that is a record of the clone, an unterminated last one included. */
function readLines(file: string | undefined, clone: CloneId): readonly Line[] {
  const stat = file === undefined ? undefined : statFile(file);
  if (file === undefined || stat === undefined) return [];
  return withFile(file, (fd) => {
    const found: Line[] = [];
    const lines = new LineReader(fd, 0, stat.size);
    const add = (text: string | undefined): void => {
      const line = text === undefined ? undefined : decodeLine(text, clone);
      if (line !== undefined) found.push(line);
    };
    while (lines.next()) add(lines.text);
    const tail = readAt(fd, lines.position, Math.min(stat.size - lines.position, MAX_LINE_BYTES));
    add(decodeText(tail, 0, tail.length));
    return found;
  });
}

function writeTemp(file: string, texts: readonly string[]): string {
  mkdirSync(path.dirname(file), { recursive: true });
  const temp = tempName(file);
  writeFileSync(temp, texts.map((text) => `\n${text}\n`).join(""), { flag: "wx" });
  syncFile(temp);
  return temp;
}

/** Gives a file a further name to be kept under. Its own stays: at no moment is there less than there was. */
function setAsideFile(file: string | undefined, now: number): readonly string[] {
  if (file === undefined || statFile(file) === undefined) return [];
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, "-");
  let aside = `${file}.damaged-${stamp}`;
  if (existsSync(aside)) aside += `-${randomLetters(4)}`;
  try {
    linkSync(file, aside);
  } catch {
    copyFileSync(file, aside);
    syncFile(aside);
  }
  return [aside];
}
