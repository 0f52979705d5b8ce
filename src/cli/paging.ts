import { counted } from "../plan/counted.ts";
import type { LineLimits } from "./output.ts";
import { dim, plain } from "./text.ts";
import type { Text } from "./text.ts";

/** What a command prints as text unless it is told otherwise, in bytes: agents read it into a context window. */
const TEXT_BUDGET_BYTES = 8 * 1024;

/** Items of a JSON list unless `--limit` says otherwise. */
const PAGE_SIZE = 100;

/** For the options of every command that lists. */
export const listOptions = {
  limit: { type: "number", value: "n", summary: "show at most this many", min: 1 },
  offset: { type: "number", value: "n", summary: "leave out the first ones" },
  all: { type: "boolean", summary: "show everything, whatever its size" },
} as const;

interface ListInput {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly all?: boolean | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly offset: number;
  /** The offset of the next page, where there is one. */
  readonly next?: number;
}

/** The part of a list that was asked for. */
export function page<T>(items: readonly T[], { limit, offset = 0, all = false }: ListInput): Page<T> {
  const end = limit === undefined && all ? items.length : offset + (limit ?? PAGE_SIZE);
  const shown = items.slice(offset, end);
  return { items: shown, total: items.length, offset, ...(end < items.length ? { next: end } : {}) };
}

/** What of a list is printed as text: all of it, or the part that was asked for, whose lines are then all shown. */
export function textPage<T>(
  items: readonly T[],
  input: ListInput,
): { readonly items: readonly T[]; readonly all: boolean } {
  const { limit, all = false } = input;
  return { items: page(items, { ...input, all: limit === undefined }).items, all: all || limit !== undefined };
}

/** As many whole lines as fit, or the beginning of the first, then one that says how many do not and what shows them. */
export function fitText(lines: readonly Text[], { limit, all = false, more }: LineLimits): readonly Text[] {
  const most = Math.min(limit ?? lines.length, lines.length);
  let budget = all || limit !== undefined ? Infinity : TEXT_BUDGET_BYTES - 200;
  let count = 0;
  while (count < most) {
    const line = plain(lines[count] ?? "");
    budget -= Buffer.byteLength(line) + 1;
    // Something of the first line goes out whatever its size: a command that shows nothing helps nobody.
    if (budget < 0 && count === 0) return cutFirst(line, lines.length - 1, more);
    if (budget < 0) break;
    count += 1;
  }
  const left = lines.length - count;
  return left === 0 ? lines : [...lines.slice(0, count), dim(`… ${counted(left, "more line")}: ${more}`)];
}

function cutFirst(line: string, left: number, more: string): readonly Text[] {
  const bytes = Buffer.from(line);
  const shown = bytes.subarray(0, TEXT_BUDGET_BYTES - 200);
  // A character that the cut went through is left out.
  const text = shown.toString("utf8").replace(/\ufffd$/, "");
  const rest = `${bytes.length - shown.length} more bytes${left === 0 ? "" : ` and ${counted(left, "more line")}`}`;
  return [text, dim(`… ${rest}: ${more}`)];
}
