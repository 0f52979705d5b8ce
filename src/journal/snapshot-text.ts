import type { SnapshotList } from "../plan/reducer.ts";

/** How items were written when they were read: what has not changed is copied, not rendered again. */
export type KnownTexts = WeakMap<object, Uint8Array>;

export type SnapshotLists = Readonly<Record<string, SnapshotList>>;

type Piece = string | Uint8Array;

/** Fields as JSON, a line each; lists have a line an item. Opens the object and leaves it open. */
export function renderFields(
  fields: Readonly<Record<string, unknown>>,
  lists: SnapshotLists,
  known: KnownTexts,
): readonly Piece[] {
  const pieces: Piece[] = ["{\n"];
  const open = (name: string): void => void pieces.push(pieces.length > 1 ? ",\n" : "", `${JSON.stringify(name)}:`);
  for (const [name, field] of Object.entries(fields)) {
    const json = JSON.stringify(field) as string | undefined;
    if (json === undefined) continue;
    open(name);
    pieces.push(json);
  }
  for (const [name, { items, toJson }] of Object.entries(lists)) {
    open(name);
    pieces.push("[\n");
    let isFirst = true;
    for (const item of items) {
      if (!isFirst) pieces.push(",\n");
      pieces.push(known.get(item) ?? JSON.stringify(toJson(item as never)));
      isFirst = false;
    }
    pieces.push("\n]");
  }
  return pieces;
}

/** Pieces as UTF-8, encoded once and in place, since they may be megabytes. `spare` bytes at the end are left over. */
export function encodePieces(pieces: readonly Piece[], spare: number): Buffer {
  const most = pieces.reduce((sum, piece) => sum + (typeof piece === "string" ? 3 : 1) * piece.length, spare);
  const bytes = Buffer.allocUnsafe(most);
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === "string") at += bytes.write(piece, at);
    else {
      bytes.set(piece, at);
      at += piece.length;
    }
  }
  return bytes.subarray(0, at + spare);
}

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const LIST_OPENS = /^("[^"]*"):\[$/;
const SHORT_LINE = 100;

/**
 * Remembers the text of each item of the lists in a snapshot that was just parsed from these bytes, written as
 * `renderFields` does it.
 */
export function learnTexts(value: Readonly<Record<string, unknown>>, bytes: Buffer, known: KnownTexts): void {
  for (let start = 0, end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    const line = end - start > SHORT_LINE ? "" : bytes.toString("latin1", start, end);
    start = end + 1;
    const name = LIST_OPENS.exec(line)?.[1];
    const list = name === undefined ? undefined : value[JSON.parse(name) as string];
    if (Array.isArray(list)) start = learnItems(list, bytes, start, known);
  }
}

/** Returns where the line after the last item begins. */
function learnItems(list: readonly unknown[], bytes: Buffer, from: number, known: KnownTexts): number {
  let start = from;
  for (const item of list) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0 || typeof item !== "object" || item === null) return bytes.length;
    known.set(item, bytes.subarray(start, bytes[end - 1] === COMMA ? end - 1 : end));
    start = end + 1;
  }
  return start;
}
