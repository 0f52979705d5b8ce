import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isInside } from "../workspace/contained-path.ts";
import { findWrites } from "../workspace/shell-writes.ts";
import type { HostEvent } from "./host-event.ts";

type Starting = Extract<HostEvent, { readonly type: "tool-starting" }>;

/** What a tool that is about to run may write in a workspace's folder, or of it; absolute paths. Reads no state. */
export function guardTargets({ tool, cwd }: Starting, planning: string, home: string | undefined): readonly string[] {
  if (tool.kind === "edit") return (tool.paths ?? []).map(realPath).filter((path) => isInside(planning, path));
  if (tool.kind !== "shell" || tool.command === undefined) return [];
  return findWrites(tool.command, { cwd: realPath(cwd), folder: planning, ...(home === undefined ? {} : { home }) });
}

/** The path without links, as far as it is there. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const up = dirname(path);
    return up === path ? path : join(realPath(up), basename(path));
  }
}
