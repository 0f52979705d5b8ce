import { existsSync } from "node:fs";
import { join } from "node:path";
import { isEveryEditAsked } from "./guard-mark.ts";
import { guardTargets } from "./guard-targets.ts";
import type { HostEventOf } from "./host-hook.ts";
import type { KeptFolders } from "./kept-files.ts";
import { secondFolder, type Caller } from "../place.ts";
import type { Workspace } from "../workspace.ts";

/** Where Holdfast keeps things for a workspace. */
export function keptFolders({ place: { planning }, layout: { journals, second } }: Workspace): KeptFolders {
  const elsewhere = [...(second === undefined ? [] : [second]), ...(journals === planning ? [] : [journals])];
  return { planning, journals: elsewhere };
}

/**
 * Whether a tool may write in there, by looking at folders only, or is asked about for another reason. Where a setting may have put the journals elsewhere,
 * it may.
 */
export function mayWriteThere(
  event: HostEventOf<"tool-starting">,
  { planning, root }: { readonly planning: string; readonly root: string },
  env: Caller["env"],
): boolean {
  if ((env["HOLDFAST_JOURNAL_DIR"] ?? "") !== "" || existsSync(join(planning, ".local", "holdfast.json"))) return true;
  if (event.tool.kind === "edit" && event.agent === undefined && isEveryEditAsked(planning)) return true;
  const second = secondFolder(root);
  return guardTargets(event, { planning, journals: second === undefined ? [] : [second] }, env["HOME"]).length > 0;
}
