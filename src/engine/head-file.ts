import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildHead, type Head } from "../context/head.ts";
import type { PlanState } from "../plan/state.ts";
import type { PlanListing } from "../workspace/resolve-plan.ts";
import { planLayout, type PlanLayout } from "./layout.ts";
import { PlanStore } from "./plan-store.ts";
import type { Workspace } from "./workspace.ts";

/** head.json: the head, what plans are listed by, and how large each journal file was when it was made. */
export interface HeadFile extends Head {
  readonly format: 1;
  readonly aliases: readonly string[];
  readonly updatedAt: number;
  readonly sizes: Readonly<Record<string, number>>;
}

export function makeHead(state: PlanState, layout: PlanLayout): HeadFile {
  return {
    format: 1,
    ...buildHead(state),
    aliases: state.aliases,
    updatedAt: state.updatedAt,
    sizes: sizesOf(layout),
  };
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

function readHead(file: string): HeadFile | undefined {
  try {
    const head = JSON.parse(readFileSync(file, "utf8")) as Partial<HeadFile> | null;
    const isHead =
      head?.format === 1 &&
      typeof head.slug === "string" &&
      typeof head.status === "string" &&
      typeof head.updatedAt === "number" &&
      Array.isArray(head.aliases) &&
      typeof head.sizes === "object";
    return isHead ? (head as HeadFile) : undefined;
  } catch {
    return undefined;
  }
}

/** Sizes of the journal files and of those to be absorbed; a file that cannot be read counts as changed. */
function sizesOf({ journal, published }: PlanLayout): Readonly<Record<string, number>> {
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

/** Every plan by its head; those whose head is old are folded. Damaged plans are listed as `none`, never hidden. */
export function listHeads(workspace: Workspace): readonly PlanListing[] {
  return workspace.slugs().map((slug): PlanListing => {
    const fresh = readFreshHead(planLayout(workspace.layout, slug));
    if (fresh !== undefined) {
      const { aliases, status, updatedAt } = fresh;
      return { slug, aliases, status, updatedAt };
    }
    const opened = PlanStore.open(workspace, slug);
    if (!opened.ok) return { slug, aliases: [], status: "none", updatedAt: 0 };
    const { aliases, status, updatedAt } = opened.value.state;
    opened.value.close();
    return { slug, aliases, status, updatedAt };
  });
}
