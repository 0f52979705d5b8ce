import type { SnapshotList } from "../plan/reducer.ts";

export type SnapshotLists = Readonly<Record<string, SnapshotList>>;

/** The items of a list as they were read, and where each begins and ends in the text. */
interface PlacedItems {
  readonly items: readonly unknown[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** How the lists of the snapshot that was read last are written: what has not changed is copied, not rendered again. */
export class KnownTexts {
  #value: Readonly<Record<string, unknown>> = {};
  #bytes: Buffer = Buffer.alloc(0);
  #lists: ReadonlyMap<string, PlacedItems> | undefined;

  /** Takes a snapshot that was just parsed from these bytes, written as `renderFields` does it. */
  learn(value: Readonly<Record<string, unknown>>, bytes: Buffer): void {
    this.#value = value;
    this.#bytes = bytes;
    this.#lists = undefined;
  }

  /** The text of the items from a place on that are the same as they were, and how many those are. */
  textOf(
    list: string,
    items: readonly object[],
    from: number,
  ): { readonly bytes: Buffer; readonly count: number } | undefined {
    this.#lists ??= placeLists(this.#value, this.#bytes);
    const placed = this.#lists.get(list);
    if (placed === undefined) return undefined;
    let end = from;
    while (end < items.length && placed.items[end] === items[end]) end += 1;
    if (end === from) return undefined;
    return { bytes: this.#bytes.subarray(placed.starts[from], placed.ends[end - 1]), count: end - from };
  }
}

/** Fields as JSON, a line each; lists have a line an item. Opens the object and leaves it open. In UTF-8. */
export function renderFields(
  fields: Readonly<Record<string, unknown>>,
  lists: SnapshotLists,
  known: KnownTexts,
): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let text = "{\n";
  let isFirst = true;
  const open = (name: string): void => {
    text += `${isFirst ? "" : ",\n"}${JSON.stringify(name)}:`;
    isFirst = false;
  };
  for (const [name, field] of Object.entries(fields)) {
    const json = JSON.stringify(field) as string | undefined;
    if (json === undefined) continue;
    open(name);
    text += json;
  }
  for (const [name, { items, toJson }] of Object.entries(lists)) {
    open(name);
    text += "[\n";
    const all = [...items];
    for (let at = 0; at < all.length;) {
      if (at > 0) text += ",\n";
      const same = known.textOf(name, all, at);
      if (same === undefined) {
        text += JSON.stringify(toJson(all[at] as never));
      } else {
        pieces.push(Buffer.from(text), same.bytes);
        text = "";
      }
      at += same?.count ?? 1;
    }
    text += "\n]";
  }
  return [...pieces, Buffer.from(text)];
}

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const LIST_OPENS = /^("[^"]*"):\[$/;
const SHORT_LINE = 100;

function placeLists(value: Readonly<Record<string, unknown>>, bytes: Buffer): ReadonlyMap<string, PlacedItems> {
  const lists = new Map<string, PlacedItems>();
  for (let start = 0, end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    const line = end - start > SHORT_LINE ? "" : bytes.toString("latin1", start, end);
    start = end + 1;
    const opened = LIST_OPENS.exec(line)?.[1];
    if (opened === undefined) continue;
    const name = JSON.parse(opened) as string;
    const items = value[name];
    if (!Array.isArray(items)) continue;
    const placed = placeItems(items, bytes, start);
    lists.set(name, placed);
    start = placed.ends.at(-1) ?? start;
  }
  return lists;
}

function placeItems(items: readonly unknown[], bytes: Buffer, from: number): PlacedItems {
  const starts: number[] = [];
  const ends: number[] = [];
  let start = from;
  while (starts.length < items.length) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) break;
    starts.push(start);
    ends.push(bytes[end - 1] === COMMA ? end - 1 : end);
    start = end + 1;
  }
  // Where lines are missing, what stands there is not what was read.
  return { items: items.slice(0, starts.length), starts, ends };
}
