import { readFileSync } from "node:fs";
import type { CloneId } from "../plan/record.ts";
import { isObject } from "../plan/shape.ts";
import { openToAppend, realIo, type FileStat, refuseIo, replaceFile, statFile, statOf, withFile } from "./disk.ts";
import { closeQuietly, makeJournalFile, joinClone, journalFile, listClones } from "./journal-file.ts";
import { decodeLine, withOrdinal } from "./line.ts";
import { LineReader } from "./line-reader.ts";
import type { ProblemList } from "./problem.ts";

/** What was read of each published file, and how far the local store had come then. */
export type Receipt = Map<CloneId, { readonly stat: readonly number[]; readonly ordinal: number }>;

export interface AbsorbOptions {
  readonly own: CloneId;
  readonly dir: string;
  readonly second: string | undefined;
  readonly published: string;
  readonly receipt: string | undefined;
}

const BATCH_CHARS = 4 * 1024 * 1024;

/**
 * Appends to the local store what published files hold beyond it, in order and without gaps. Published files are
 * other people's: doubled, disordered and unreadable lines in them are nothing unusual. What cannot be taken in
 * is reported, and hinders nobody from reading the rest.
 */
export function absorbPublished(
  options: AbsorbOptions,
  receipt: Receipt,
  known: (clone: CloneId) => number,
  problems: ProblemList,
): void {
  let isReceiptNew = false;
  for (const clone of listClones(options.published)) {
    const file = journalFile(options.published, clone);
    const stat = clone === options.own ? undefined : statFile(file);
    if (stat === undefined || isKnown(receipt, clone, stat, known(clone))) continue;
    const store = new Store(options, clone, known(clone));
    problems.forgetFile(file);
    try {
      readPublished(file, stat.size, store, problems);
      receipt.set(clone, { stat: statKey(stat), ordinal: store.ordinal });
      isReceiptNew = true;
    } catch (error) {
      const { message } = refuseIo(error, "take in published records", file);
      problems.add({ reason: "absorb-failed", clone, file, message });
    } finally {
      store.close();
    }
  }
  if (isReceiptNew && options.receipt !== undefined) saveReceipt(options.receipt, receipt);
}

/** Whether any published file differs from what was last read of it. Costs a stat a file. */
export function hasUnread(options: AbsorbOptions, receipt: Receipt, known: (clone: CloneId) => number): boolean {
  return listClones(options.published).some((clone) => {
    if (clone === options.own) return false;
    const stat = statFile(journalFile(options.published, clone));
    return stat !== undefined && !isKnown(receipt, clone, stat, known(clone));
  });
}

function isKnown(receipt: Receipt, clone: CloneId, stat: FileStat, ordinal: number): boolean {
  const entry = receipt.get(clone);
  // A store that has lost what it had taken in must take it in again.
  if (entry === undefined || entry.ordinal > ordinal) return false;
  return statKey(stat).every((value, at) => value === entry.stat[at]);
}

function statKey(stat: FileStat): readonly number[] {
  return [stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino];
}

function readPublished(file: string, size: number, store: Store, problems: ProblemList): void {
  withFile(file, (fd) => {
    const lines = new LineReader(fd, 0, size);
    const waiting = new Map<number, string>();
    let unreadable = 0;
    while (lines.next()) {
      const line = lines.text === undefined ? undefined : decodeLine(lines.text, store.clone);
      if (line?.ordinal === undefined) {
        unreadable++;
        continue;
      }
      if (line.ordinal > store.ordinal + 1 && !waiting.has(line.ordinal)) waiting.set(line.ordinal, line.raw);
      if (line.ordinal === store.ordinal + 1) store.add(line.raw);
      for (let next = waiting.get(store.ordinal + 1); next !== undefined; next = waiting.get(store.ordinal + 1)) {
        waiting.delete(store.ordinal + 1);
        store.add(next);
      }
    }
    store.flush();
    for (const ordinal of waiting.keys()) if (ordinal <= store.ordinal) waiting.delete(ordinal);
    if (waiting.size > 0) {
      const message = `${waiting.size} published records wait: record ${store.ordinal + 1} has not arrived yet.`;
      problems.add({ reason: "gap", clone: store.clone, file, message });
    }
    if (unreadable > 0) {
      const message = `${unreadable} published lines are no records of this clone and were skipped.`;
      problems.add({ reason: "published-unreadable", clone: store.clone, file, message });
    }
  });
}

/** The local copy of another clone's file, opened only once there is something to add. */
class Store {
  ordinal: number;
  readonly clone: CloneId;
  readonly #options: AbsorbOptions;
  #batch: string[] = [];
  #chars = 0;
  #fd: number | undefined;

  constructor(options: AbsorbOptions, clone: CloneId, ordinal: number) {
    this.#options = options;
    this.clone = clone;
    this.ordinal = ordinal;
  }

  add(raw: string): void {
    this.ordinal++;
    this.#batch.push(withOrdinal(raw, this.ordinal));
    this.#chars += raw.length;
    if (this.#chars > BATCH_CHARS) this.flush();
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    const fd = (this.#fd ??= this.#open());
    const bytes = Buffer.from(`\n${this.#batch.join("\n")}\n`);
    const count = realIo.write(fd, bytes);
    realIo.sync(fd);
    // Lines that did not go out whole are torn, and whoever reads next asks for them again.
    if (count !== bytes.length) throw Object.assign(new Error("short write"), { code: "ENOSPC" });
    this.#batch = [];
    this.#chars = 0;
  }

  close(): void {
    if (this.#fd !== undefined) closeQuietly(this.#fd);
  }

  #open(): number {
    const { dir, second } = this.#options;
    const file = journalFile(dir, this.clone);
    if (statOf(file) === undefined) {
      makeJournalFile(file);
      // Should the names differ, the next to open the journal is told: there is nothing to decide here.
      joinClone(dir, second, this.clone);
    }
    return openToAppend(file);
  }
}

/** Reads a receipt; an empty one where there is none that can be read. */
export function loadReceipt(file: string | undefined): Receipt {
  const receipt: Receipt = new Map();
  if (file === undefined) return receipt;
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!isObject(value)) return receipt;
    for (const [clone, entry] of Object.entries(value)) {
      if (!isObject(entry) || !Array.isArray(entry["stat"]) || typeof entry["ordinal"] !== "number") continue;
      receipt.set(clone as CloneId, { stat: entry["stat"] as number[], ordinal: entry["ordinal"] });
    }
  } catch {
    receipt.clear();
  }
  return receipt;
}

function saveReceipt(file: string, receipt: Receipt): void {
  try {
    replaceFile(file, [`${JSON.stringify(Object.fromEntries(receipt))}\n`]);
  } catch {
    // Without it the files are read once more: slower, never wrong.
  }
}
