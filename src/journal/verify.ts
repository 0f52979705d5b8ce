import { closeSync, readSync } from "node:fs";
import type { CloneId } from "../plan/record.ts";
import { newMark } from "./cursor.ts";
import { EMPTY_CHAIN } from "./digest.ts";
import { isSameFile, openToRead, statFile } from "./disk.ts";
import { journalFile, listClones } from "./journal-file.ts";
import { checkMac, type Key } from "./line.ts";
import { readCopies } from "./publish.ts";
import { type Head, Source } from "./source.ts";

export interface VerifyOptions {
  readonly clone: CloneId;
  readonly dir: string;
  readonly second?: string;
  readonly published?: string;
  readonly key?: Key;
}

/** Something that a check of the files found. */
export interface Finding {
  readonly severity: "error" | "warning" | "note";
  readonly reason: string;
  readonly file: string;
  /** Line of the file, from 1, empty lines counted. */
  readonly line?: number;
  readonly message: string;
}

type Place = { readonly offset: number; readonly finding: Omit<Finding, "file" | "line"> };

/** Prefix digests are looked up this many records back; a writer is never so far behind unless it was asleep. */
const KEPT_DIGESTS = 4096;
const CLOCK_TOLERANCE_MS = 5000;

/** Reads every file of a journal and tells what is wrong with it. Changes nothing. Throws where a file cannot be read. */
export function verifyJournal(options: VerifyOptions): readonly Finding[] {
  const findings: Finding[] = [];
  const clones = new Set(listClones(options.dir));
  for (const dir of [options.second, options.published]) {
    if (dir !== undefined) for (const clone of listClones(dir)) clones.add(clone);
  }
  for (const clone of [...clones].sort()) {
    findings.push(...verifyFile(options, clone), ...verifySecondName(options, clone));
  }
  return findings;
}

function verifyFile(options: VerifyOptions, clone: CloneId): readonly Finding[] {
  const path = journalFile(options.dir, clone);
  const copies = options.published === undefined ? undefined : readCopies(journalFile(options.published, clone), clone);
  const checker = new RecordChecker(options.key, copies);
  const stat = statFile(path);
  let located: readonly Finding[] = [];
  if (stat !== undefined) {
    const fd = openToRead(path);
    try {
      walk(Source.open({ clone, path, stat, fd: () => fd }, newMark()), checker);
      located = locate(fd, path, checker.places);
    } finally {
      closeSync(fd);
    }
  }
  return [...located, ...checker.summary(clone === options.clone).map((finding) => ({ ...finding, file: path }))];
}

function walk(source: Source | undefined, checker: RecordChecker): void {
  if (source === undefined) return;
  const report = ({ reason, offset, message }: { reason: string; offset?: number; message: string }): void => {
    checker.places.push({ offset: offset ?? 0, finding: { severity: "warning", reason, message } });
  };
  for (let head = source.head; head !== undefined; head = source.head) {
    checker.check(head, source.mark.digest);
    source.take(report);
  }
  source.finish(report);
  if (!source.hasTail) return;
  const message = "The last line has no end yet: a write in progress, or one that was cut off.";
  checker.places.push({ offset: source.mark.bytes, finding: { severity: "note", reason: "unterminated", message } });
}

/** Checks the records of one file, one after the other. */
class RecordChecker {
  readonly places: Place[] = [];
  readonly #key: Key | undefined;
  readonly #copies: Map<number, string> | undefined;
  readonly #digests = new Map<number, string>([[0, EMPTY_CHAIN]]);
  #last: Head | undefined;
  #unsigned = 0;
  #isSigned = false;
  #unknown = 0;

  constructor(key: Key | undefined, copies: Map<number, string> | undefined) {
    this.#key = key;
    this.#copies = copies;
  }

  check(head: Head, digest: string): void {
    this.#checkMac(head);
    this.#checkPrefix(head, digest);
    this.#checkClock(head);
    this.#checkCopy(head);
    this.#last = head;
  }

  /** What can be said only once, or only at the end. */
  summary(isOwn: boolean): readonly Omit<Finding, "file">[] {
    const found: Omit<Finding, "file">[] = [];
    const note = (severity: Finding["severity"], reason: string, message: string): void => {
      found.push({ severity, reason, message });
    };
    if (this.#unknown > 0) note("note", "unverified", `${this.#unknown} records bear a key that is not at hand.`);
    if (this.#unsigned > 0) note("note", "unsigned", `${this.#unsigned} records bear no keyed digest.`);
    const last = this.#last?.record.ordinal ?? 0;
    const beyond = [...(this.#copies?.keys() ?? [])].filter((ordinal) => ordinal > last).length;
    if (beyond > 0 && isOwn) note("error", "published-longer", `${beyond} published records are not in the journal.`);
    if (beyond > 0 && !isOwn) note("note", "not-absorbed", `${beyond} published records have not been taken in yet.`);
    return found;
  }

  #checkMac({ raw, record, lineStart }: Head): void {
    switch (checkMac(raw, record, this.#key)) {
      case "ok":
        this.#isSigned = true;
        return;
      case "unsigned":
        // Whoever could sign before can sign now, as a rule.
        if (this.#isSigned) {
          this.#add(
            lineStart,
            "note",
            "unsigned",
            `Record ${record.ordinal} bears no keyed digest; some before it do.`,
          );
        } else this.#unsigned++;
        return;
      case "unknown-key":
        this.#isSigned = true;
        this.#unknown++;
        return;
      case "wrong":
        this.#add(lineStart, "error", "mac-wrong", `Record ${record.ordinal} is not as its writer signed it.`);
    }
  }

  #checkPrefix({ record, lineStart }: Head, digest: string): void {
    this.#digests.set(record.ordinal - 1, digest);
    this.#digests.delete(record.ordinal - 1 - KEPT_DIGESTS);
    const [count, named] = record.prefix;
    const found = this.#digests.get(count);
    if (count >= record.ordinal) {
      this.#add(
        lineStart,
        "error",
        "prefix-wrong",
        `Record ${record.ordinal} follows ${count} records that are not there.`,
      );
    } else if (found !== undefined && found !== named) {
      this.#add(
        lineStart,
        "error",
        "prefix-wrong",
        `The first ${count} records are not those that record ${record.ordinal} followed.`,
      );
    }
  }

  #checkClock({ record, lineStart }: Head): void {
    const back = (this.#last?.record.at ?? 0) - record.at;
    if (back <= CLOCK_TOLERANCE_MS) return;
    this.#add(
      lineStart,
      "warning",
      "clock-back",
      `The clock went back ${Math.round(back / 1000)} s before record ${record.ordinal}.`,
    );
  }

  #checkCopy({ record, raw, lineStart }: Head): void {
    const copy = this.#copies?.get(record.ordinal);
    if (copy === undefined || copy === raw) return;
    this.#add(lineStart, "error", "published-differs", `Record ${record.ordinal} was published with another text.`);
  }

  #add(offset: number, severity: Finding["severity"], reason: string, message: string): void {
    this.places.push({ offset, finding: { severity, reason, message } });
  }
}

function verifySecondName({ dir, second, clone: own }: VerifyOptions, clone: CloneId): readonly Finding[] {
  if (second === undefined) return [];
  const file = journalFile(dir, clone);
  const a = statFile(file);
  const b = statFile(journalFile(second, clone));
  if (a === undefined && b === undefined) return [];
  const severity = clone === own ? "warning" : "note";
  if (a === undefined)
    return [{ severity: "error", reason: "first-name-missing", file, message: "Only its second name is left." }];
  if (b === undefined)
    return [{ severity, reason: "second-name-missing", file, message: "It has no second name to be restored from." }];
  if (isSameFile(a, b)) return [];
  return [
    { severity: "error", reason: "second-name-differs", file, message: "Its second name leads to another file." },
  ];
}

/** Turns byte offsets into line numbers, in one pass. */
function locate(fd: number, file: string, places: readonly Place[]): readonly Finding[] {
  const ordered = [...places].sort((a, b) => a.offset - b.offset);
  const findings: Finding[] = [];
  const chunk = Buffer.allocUnsafe(1024 * 1024);
  let line = 1;
  let at = 0;
  for (const { offset, finding } of ordered) {
    while (at < offset) {
      const count = readSync(fd, chunk, 0, Math.min(chunk.length, offset - at), at);
      if (count === 0) break;
      for (let i = chunk.indexOf(0x0a); i >= 0 && i < count; i = chunk.indexOf(0x0a, i + 1)) line++;
      at += count;
    }
    findings.push({ ...finding, file, line });
  }
  return findings;
}
