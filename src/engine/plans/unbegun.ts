import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { PLAN_FILES } from "../../context/plan-files.ts";
import { planLayout } from "../layout.ts";
import type { Workspace } from "../workspace.ts";

/** Whether a plan's folder is all that there is of it: whoever was to begin it ended before the first record. */
export function isUnbegun(workspace: Workspace, slug: string): boolean {
  const { folder, journal, second, published, head, state, previous } = planLayout(workspace.layout, slug);
  const rendered = PLAN_FILES.map((name) => join(folder, name));
  if ([published, head, state, previous, ...rendered].some((file) => existsSync(file))) return false;
  const seconds = second === undefined ? [] : [second];
  // A name that another plan had has no folder at all.
  if (![folder, ...seconds].some((place) => existsSync(place))) return false;
  return [journal, ...seconds].every(holdsNothing);
}

/** Whether a folder is not there, or has empty files and no more. */
function holdsNothing(folder: string): boolean {
  try {
    return readdirSync(folder).every((name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false });
      return stat === undefined || (stat.isFile() && stat.size === 0);
    });
  } catch {
    return !existsSync(folder);
  }
}
