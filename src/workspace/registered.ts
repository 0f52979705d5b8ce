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

/** Whether the workspace knows of goals or of grants, from its snapshot: those need no plan. */
export function hasSessionFacts(planning: string): boolean {
  try {
    const text = readFileSync(join(planning, ".local", "workspace", "state.json"), "utf8");
    const { goals, standings } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return [goals, standings].some((list) => Array.isArray(list) && list.length > 0);
  } catch {
    return false;
  }
}

const withPaths = (list: unknown): readonly unknown[] =>
  Array.isArray(list) ? list.filter((item) => typeof (item as { path?: unknown } | null)?.path === "string") : [];
