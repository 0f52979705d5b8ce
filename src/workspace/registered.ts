import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../plan/shape.ts";
import type { Registered } from "./root.ts";

/** What a workspace has registered, from its snapshot: finding a workspace cannot wait for its journal. */
export function readRegistered(planning: string): Registered {
  const { repositories, checkouts } = readSnapshot(planning);
  return { repositories: withPaths(repositories), checkouts: withPaths(checkouts) } as Registered;
}

/** Whether the workspace knows of goals or of grants, from its snapshot: those need no plan. */
export function hasSessionFacts(planning: string): boolean {
  const { goals, standings } = readSnapshot(planning);
  return [goals, standings].some((list) => Array.isArray(list) && list.length > 0);
}

/** The fields of the workspace's snapshot; none where there is none that can be read. */
function readSnapshot(planning: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(join(planning, ".local", "workspace", "state.json"), "utf8"));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

const withPaths = (list: unknown): readonly unknown[] =>
  Array.isArray(list) ? list.filter((item) => isObject(item) && typeof item["path"] === "string") : [];
