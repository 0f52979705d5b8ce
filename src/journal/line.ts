import { isUtf8 } from "node:buffer";
import type { Author, CloneId, JournalEvent, JournalRecord, RecordId, Seen } from "../plan/record.ts";
import { isObject } from "../plan/shape.ts";
import { macOf } from "./digest.ts";
import { isCloneId, isRecordId } from "./ids.ts";

/** A secret that the records of one machine are signed with, and the name they give it. */
export interface Key {
  readonly name: string;
  readonly secret: Uint8Array;
}

/** What a writer fills in; the key and the digest follow from it. */
export interface Unsigned {
  readonly format: number;
  readonly id: RecordId;
  readonly clone: CloneId;
  readonly at: number;
  readonly time: number;
  readonly by: Author;
  readonly seen: Seen;
  readonly prefix: readonly [count: number, digest: string];
  readonly events: readonly JournalEvent[];
}

/** One line of a journal that holds a record. */
export interface Line {
  readonly record: JournalRecord;
  /** The record as its writer wrote it, without the ordinal that a copy carries. */
  readonly raw: string;
  /** The ordinal that a copy carries; absent where the line was written by its clone itself. */
  readonly ordinal?: number;
}

/**
 * No clock counts higher (the year 144,683). It leaves room above it for every record that could ever follow,
 * so a forged time can put a clone last but can never bring the order to a stop.
 */
export const MAX_TIME = 2 ** 52;

const ORDINAL = /^\{"n":([1-9][0-9]{0,14}),/;
const MAC = /,"mac":"([A-Za-z0-9_-]{22})"\}$/;
const REPLACEMENT = "\uFFFD";

/** The text of a record, signed where there is a key. Digests are taken of text, so nothing is ever canonicalised. */
export function encodeRecord(record: Unsigned, key: Key | undefined): string {
  const { format, id, clone, at, time, by, seen, prefix, events } = record;
  const fields = { format, id, clone, at, time, by, seen, prefix, events };
  if (key === undefined) return JSON.stringify(fields);
  const text = JSON.stringify({ ...fields, key: key.name }).slice(0, -1);
  return `${text},"mac":"${macOf(key.secret, text)}"}`;
}

/** The copy of a record that other clones keep: the same text, with its ordinal put in front. */
export function withOrdinal(raw: string, ordinal: number): string {
  return `{"n":${ordinal},${raw.slice(1)}`;
}

/** Reads one line without its newline; undefined where it is no record of that clone (any clone, if none is given). */
export function decodeLine(text: string, clone?: string): Line | undefined {
  if (text.charCodeAt(0) !== 0x7b) return undefined;
  const marked = text.startsWith('{"n":') ? ORDINAL.exec(text) : null;
  const raw = marked === null ? text : `{${text.slice(marked[0].length)}`;
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || (clone !== undefined && value.clone !== clone)) return undefined;
  return marked === null ? { record: value, raw } : { record: value, raw, ordinal: Number(marked[1]) };
}

/** The text of a line's bytes, less a carriage return; undefined where they are not UTF-8. */
export function decodeText(bytes: Buffer, start: number, end: number): string | undefined {
  const stop = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
  const text = bytes.toString("utf8", start, stop);
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, stop))) return undefined;
  return text;
}

export type MacState = "ok" | "wrong" | "unsigned" | "unknown-key";

/** Whether a record's keyed digest fits its text, so far as the key at hand can tell. */
export function checkMac(raw: string, record: JournalRecord, key: Key | undefined): MacState {
  if (record.mac === undefined && record.key === undefined) return "unsigned";
  const found = MAC.exec(raw);
  if (found === null || found[1] !== record.mac || typeof record.key !== "string") return "wrong";
  if (key === undefined || key.name !== record.key) return "unknown-key";
  return macOf(key.secret, raw.slice(0, found.index)) === record.mac ? "ok" : "wrong";
}

/**
 * The shape that every format keeps. It decides what counts as a record, and so every ordinal after it:
 * it may never grow stricter or laxer.
 */
function isRecord(value: unknown): value is JournalRecord {
  if (!isObject(value)) return false;
  return (
    isCount(value["format"]) &&
    value["format"] >= 1 &&
    isRecordId(value["id"]) &&
    isCloneId(value["clone"]) &&
    isTime(value["at"]) &&
    isTime(value["time"]) &&
    isObject(value["by"]) &&
    typeof value["by"]["session"] === "string" &&
    typeof value["by"]["role"] === "string" &&
    isSeen(value["seen"]) &&
    isPrefix(value["prefix"]) &&
    isEvents(value["events"])
  );
}

function isSeen(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const clone in value) if (!isCount(value[clone])) return false;
  return true;
}

function isPrefix(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isCount(value[0]) && typeof value[1] === "string";
}

function isEvents(value: unknown): boolean {
  return Array.isArray(value) && value.every((event) => isObject(event) && typeof event["type"] === "string");
}

function isTime(value: unknown): value is number {
  return isCount(value) && value <= MAX_TIME;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
