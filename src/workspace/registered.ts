import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Registered } from "./root.ts";

/** What a workspace has registered, from its snapshot: finding a workspace cannot wait for its journal. */
export function readRegistered(_root: string, planning: string): Registered {
  try {
    const text = readFileSync(join(planning, ".local", "workspace", "state.json"), "utf8");
    const { repositories, checkouts } = JSON.parse(text) as Partial<Record<keyof Registered, unknown>>;
    return { repositories: withPaths(repositories), checkouts: withPaths(checkouts) } as Registered;
  } catch {
    return { repositories: [], checkouts: [] };
  }
}

const withPaths = (list: unknown): readonly unknown[] =>
  Array.isArray(list) ? list.filter((item) => typeof (item as { path?: unknown } | null)?.path === "string") : [];
