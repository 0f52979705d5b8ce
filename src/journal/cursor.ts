import type { CloneId, RecordId } from "../plan/record.ts";
import { digestText } from "./digest.ts";
import { isCloneId, isRecordId } from "./ids.ts";
import { isObject } from "../plan/shape.ts";

/** How many of the latest ids of a file are remembered, so that a retried record applies once. */
export const REMEMBERED_IDS = 512;

/** Place in the total order of all clones' records. */
export type OrderKey = readonly [effectiveTime: number, clone: CloneId, ordinal: number];

/** How far one file has been folded, as a snapshot keeps it. */
export interface FileCursor {
  /** Id of the file's first record: tells a shortened journal from another one. */
  readonly first: RecordId;
  /** Where the next line to fold can begin. */
  readonly bytes: number;
  /** How many records have been folded. */
  readonly ordinal: number;
  /** Where the last folded line begins, its record's id, and the digest of its text. */
  readonly lineStart: number;
  readonly id: RecordId;
  readonly line: string;
  /** Digest of the whole prefix. */
  readonly digest: string;
  readonly effectiveTime: number;
  /** The latest ids, joined by spaces. */
  readonly recent: string;
}

/** How far a journal has been folded. */
export interface Cursor {
  readonly files: Readonly<Record<string, FileCursor>>;
  /** The last record in the merged order. */
  readonly last?: OrderKey;
  /** The lowest format among records that were too new to fold. */
  readonly newer?: number;
  /** How many records of all clones have been folded. */
  readonly total: number;
}

/** A `FileCursor` in memory, moved on record by record. */
export interface Mark {
  first: RecordId | undefined;
  bytes: number;
  ordinal: number;
  lineStart: number;
  id: RecordId | undefined;
  /** The last folded line itself, or its digest where the mark came from a snapshot and is yet to be compared. */
  line: { readonly text: string } | { readonly digest: string } | undefined;
  digest: string;
  effectiveTime: number;
  recent: Set<string>;
  /** The file as it was when last read to its end; undefined before. */
  seen: FileSight | undefined;
}

/** What tells, without opening a file, that it has not changed. */
export interface FileSight {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Whether a file looks as it did. */
export function isSameSight(a: FileSight | undefined, b: FileSight | undefined): boolean {
  return a?.ino === b?.ino && a?.size === b?.size && a?.mtimeMs === b?.mtimeMs;
}

/** A mark before the first record of a file. */
export function newMark(): Mark {
  return {
    first: undefined,
    bytes: 0,
    ordinal: 0,
    lineStart: 0,
    id: undefined,
    line: undefined,
    digest: "",
    effectiveTime: -1,
    recent: new Set(),
    seen: undefined,
  };
}

/** Remembers an id, forgetting the oldest beyond `REMEMBERED_IDS`. */
export function remember(recent: Set<string>, id: string): void {
  recent.add(id);
  if (recent.size <= REMEMBERED_IDS) return;
  for (const oldest of recent) {
    recent.delete(oldest);
    return;
  }
}

/** The value of a mark that a snapshot can keep; undefined where nothing has been folded. */
export function freezeMark(mark: Mark): FileCursor | undefined {
  const { first, id, line } = mark;
  if (first === undefined || id === undefined || line === undefined) return undefined;
  return {
    first,
    bytes: mark.bytes,
    ordinal: mark.ordinal,
    lineStart: mark.lineStart,
    id,
    line: "digest" in line ? line.digest : digestText(line.text),
    digest: mark.digest,
    effectiveTime: mark.effectiveTime,
    recent: [...mark.recent].join(" "),
  };
}

/** A mark from a snapshot's value, still to be compared with the file. */
export function thawMark(cursor: FileCursor): Mark {
  const { first, bytes, ordinal, lineStart, id, digest, effectiveTime } = cursor;
  const recent = new Set(cursor.recent === "" ? [] : cursor.recent.split(" "));
  return {
    first,
    bytes,
    ordinal,
    lineStart,
    id,
    line: { digest: cursor.line },
    digest,
    effectiveTime,
    recent,
    seen: undefined,
  };
}

/** Negative where `a` comes first. Clone ids are ASCII, so comparing code units is the same everywhere. */
export function compareKeys(a: OrderKey, b: OrderKey): number {
  if (a[0] !== b[0]) return a[0] - b[0];
  if (a[1] !== b[1]) return a[1] < b[1] ? -1 : 1;
  return a[2] - b[2];
}

/** Whether a JSON value is a cursor. */
export function isCursor(value: unknown): value is Cursor {
  if (!isObject(value) || !isObject(value["files"]) || !isCount(value["total"])) return false;
  if (value["newer"] !== undefined && !isCount(value["newer"])) return false;
  if (value["last"] !== undefined && !isOrderKey(value["last"])) return false;
  return Object.entries(value["files"]).every(([clone, file]) => isCloneId(clone) && isFileCursor(file));
}

function isFileCursor(value: unknown): value is FileCursor {
  return (
    isObject(value) &&
    isRecordId(value["first"]) &&
    isRecordId(value["id"]) &&
    isCount(value["bytes"]) &&
    isCount(value["ordinal"]) &&
    value["ordinal"] > 0 &&
    isCount(value["lineStart"]) &&
    isCount(value["effectiveTime"]) &&
    typeof value["line"] === "string" &&
    typeof value["digest"] === "string" &&
    typeof value["recent"] === "string"
  );
}

function isOrderKey(value: unknown): value is OrderKey {
  return Array.isArray(value) && value.length === 3 && isCount(value[0]) && isCloneId(value[1]) && isCount(value[2]);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
