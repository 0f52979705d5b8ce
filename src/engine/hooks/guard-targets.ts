import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isInside } from "../../workspace/contained-path.ts";
import { findWrites } from "../../workspace/shell-writes.ts";
import type { HostEvent } from "./host-event.ts";
import type { KeptFolders } from "./kept-files.ts";

type Starting = Extract<HostEvent, { readonly type: "tool-starting" }>;

/**
 * What a tool that is about to run may write in a workspace's folders, or of them; absolute paths, with patterns where
 * a shell would match them. Reads no state.
 */
export function guardTargets(
  { tool, cwd }: Starting,
  { planning, journals }: KeptFolders,
  home: string | undefined,
): readonly string[] {
  const folders = [planning, ...journals];
  if (tool.kind === "edit") {
    return (tool.paths ?? []).map(realPath).filter((path) => folders.some((folder) => isInside(folder, path)));
  }
  const { command } = tool;
  if (tool.kind !== "shell" || command === undefined) return [];
  const at = { cwd: realPath(cwd), root: dirname(planning), ...(home === undefined ? {} : { home }) };
  return folders.flatMap((folder) => findWrites(command, { ...at, folder }));
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
