import { dirname } from "node:path";
import { isInside } from "../../workspace/contained-path.ts";
import { realPathSoFar } from "../../workspace/real-path.ts";
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
    return (tool.paths ?? []).map(realPathSoFar).filter((path) => folders.some((folder) => isInside(folder, path)));
  }
  const { command } = tool;
  if (tool.kind !== "shell" || command === undefined) return [];
  const at = { cwd: realPathSoFar(cwd), root: dirname(planning), ...(home === undefined ? {} : { home }) };
  return folders.flatMap((folder) => findWrites(command, { ...at, folder }));
}
