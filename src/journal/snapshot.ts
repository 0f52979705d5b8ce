import { copyFileSync, linkSync, mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import { FORMAT } from "../plan/record.ts";
import { isObject } from "../plan/shape.ts";
import type { Reducer } from "../plan/reducer.ts";
import { type Cursor, isCursor } from "./cursor.ts";
import { hexDigestOf } from "./digest.ts";
import { readAt, removeQuietly, replaceFile, statFile, tempName, withFile } from "./disk.ts";
import type { Key } from "./line.ts";
import { type KnownTexts, renderFields, type SnapshotLists } from "./snapshot-text.ts";

/** A snapshot that was read back, its cursor still to be compared with the files. */
export interface LoadedSnapshot<S> {
  readonly state: S;
  readonly cursor: Cursor;
  /** Its size. */
  readonly bytes: number;
}

export interface LoadOptions {
  readonly key?: Key | undefined;
  /** Where to remember how the items of lists were written. */
  readonly known?: KnownTexts;
}

export interface SaveOptions {
  readonly lists?: SnapshotLists | undefined;
  readonly key?: Key | undefined;
  readonly known: KnownTexts;
}

/** Fields of a snapshot file that are the journal's, not the state's. */
const OWN_FIELDS = ["format", "cursor", "digest"];
const DIGEST = /,\n"digest":"([0-9a-f]{64})"\n\}\n?$/;
const FORMAT_FIELD = /^\{\n(?:"\$schema":"[^"\n]*",\n)?"format":([0-9]{1,9}),/;
const COUNTS = /"total":([0-9]{1,15}),"earlier":([0-9]{1,15})\},\n"digest":"[0-9a-f]{64}"\n\}\n?$/;

/**
 * Reads a snapshot; undefined where there is none, it is damaged, a newer program wrote it,
 * or it left out records that this program understands.
 */
export function loadSnapshot<S>(
  reducer: Pick<Reducer<S>, "restore">,
  file: string,
  { key, known }: LoadOptions = {},
): LoadedSnapshot<S> | undefined {
  const read = readVerified(file, key);
  if (read === undefined) return undefined;
  const { value, isOwn } = read;
  if (value["format"] !== FORMAT || !isCursor(value["cursor"])) return undefined;
  const { format: _format, cursor, digest: _digest, ...body } = value;
  if (!isCursor(cursor) || (cursor.newer !== undefined && cursor.newer <= FORMAT)) return undefined;
  const state = reducer.restore(body, isOwn);
  // Only what we wrote ourselves is known to have its items on lines of their own.
  if (isOwn && known !== undefined) known.learn(body, read.bytes);
  return state === undefined ? undefined : { state, cursor, bytes: read.bytes.length };
}

interface Verified {
  readonly value: Record<string, unknown>;
  readonly bytes: Buffer;
  /** Whether it was written with this key. */
  readonly isOwn: boolean;
}

function readVerified(file: string, key: Key | undefined): Verified | undefined {
  try {
    const stat = statFile(file);
    if (stat === undefined) return undefined;
    const bytes = withFile(file, (fd) => readAt(fd, 0, stat.size));
    const found = DIGEST.exec(bytes.subarray(-128).toString("latin1"));
    if (found === null) return undefined;
    const body = bytes.subarray(0, bytes.length - found[0].length);
    const isOwn = key !== undefined && hexDigestOf([body], key.secret) === found[1];
    if (!isOwn && hexDigestOf([body]) !== found[1]) return undefined;
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isObject(value) ? { value, bytes, isOwn } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes a snapshot in place of the last one, which becomes the earlier one once it has run far enough ahead.
 * A newer program's snapshot is left as it is. Returns the size of what stands there now. Throws where files cannot
 * be written, or the value is no object.
 */
export function saveSnapshot(
  value: unknown,
  cursor: Cursor,
  files: { readonly snapshot: string; readonly previous: string | undefined; readonly stride: number },
  options: SaveOptions,
): number {
  if (!isObject(value)) throw new Error("bug: a snapshot must be an object");
  const clash = OWN_FIELDS.find((field) => field in value);
  if (clash !== undefined) throw new Error(`bug: the snapshot field ${clash} belongs to the journal`);
  const last = peek(files.snapshot);
  if (last !== undefined && last.format > FORMAT) return last.bytes;
  let earlier = last?.earlier ?? 0;
  if (last !== undefined && files.previous !== undefined && cursor.total - earlier > files.stride) {
    passOn(files.snapshot, files.previous);
    earlier = last.total;
  }
  const pieces = render(value, { ...cursor, earlier }, options);
  replaceFile(files.snapshot, pieces);
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Readable, comparable, and the digest stands last, where it is found without parsing. */
function render(
  value: Record<string, unknown>,
  cursor: Cursor & { readonly earlier: number },
  { lists = {}, key, known }: SaveOptions,
): readonly Uint8Array[] {
  const { $schema, ...state } = value;
  const fields = { ...($schema === undefined ? {} : { $schema }), format: FORMAT, ...state };
  const body = [...renderFields(fields, lists, known), Buffer.from(`,\n"cursor":${JSON.stringify(cursor)}`)];
  return [...body, Buffer.from(`,\n"digest":"${hexDigestOf(body, key?.secret)}"\n}\n`)];
}

function peek(file: string): { format: number; total: number; earlier: number; bytes: number } | undefined {
  const stat = statFile(file);
  if (stat === undefined) return undefined;
  return withFile(file, (fd) => {
    const format = FORMAT_FIELD.exec(readAt(fd, 0, 512).toString("utf8"));
    if (format === null) return undefined;
    const start = Math.max(0, stat.size - 256);
    const counts = COUNTS.exec(readAt(fd, start, stat.size - start).toString("utf8"));
    const [total, earlier] = [Number(counts?.[1] ?? 0), Number(counts?.[2] ?? 0)];
    return { format: Number(format[1]), total, earlier, bytes: stat.size };
  });
}

function passOn(snapshot: string, previous: string): void {
  mkdirSync(path.dirname(previous), { recursive: true });
  const temp = tempName(previous);
  try {
    linkSync(snapshot, temp);
  } catch {
    copyFileSync(snapshot, temp);
  }
  try {
    renameSync(temp, previous);
  } finally {
    removeQuietly(temp);
  }
}
