import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Head } from "../../context/head.ts";
import type { PlanLayout } from "../layout.ts";

/** head.json: the head, what plans are listed by, and how large each journal file was when it was made. */
export interface HeadFile extends Head {
  readonly format: 1;
  readonly aliases: readonly string[];
  readonly updatedAt: number;
  readonly sizes: Readonly<Record<string, number>>;
}

/** The head, if nothing has been written since it was made. Reads one small file and no history. */
export function readFreshHead(layout: PlanLayout): HeadFile | undefined {
  const head = readHead(layout.head);
  if (head === undefined) return undefined;
  const sizes = sizesOf(layout);
  const names = Object.keys(sizes);
  if (names.length === 0 || names.length !== Object.keys(head.sizes).length) return undefined;
  return names.every((name) => head.sizes[name] === sizes[name]) ? head : undefined;
}

/** The head as it was written last, however long ago. */
export function readHead(file: string): HeadFile | undefined {
  try {
    const head = JSON.parse(readFileSync(file, "utf8")) as Partial<HeadFile> | null;
    const isHead =
      head?.format === 1 &&
      typeof head.slug === "string" &&
      typeof head.status === "string" &&
      typeof head.updatedAt === "number" &&
      Array.isArray(head.aliases) &&
      typeof head.landed === "number" &&
      Array.isArray(head.movers) &&
      typeof head.sizes === "object";
    return isHead ? (head as HeadFile) : undefined;
  } catch {
    return undefined;
  }
}

/** Sizes of the journal files and of those to be absorbed; a file that cannot be read counts as changed. */
export function sizesOf({ journal, published }: PlanLayout): Readonly<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const [prefix, folder] of [
    ["", journal],
    ["published/", published],
  ] as const) {
    for (const name of listJournals(folder)) {
      try {
        sizes[prefix + name] = statSync(join(folder, name)).size;
      } catch {
        sizes[prefix + name] = -1;
      }
    }
  }
  return sizes;
}

function listJournals(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  } catch {
    return [];
  }
}
