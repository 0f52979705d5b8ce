import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkspaceState } from "../workspace/facts.ts";

const TEXT = "Somebody observes a plan here: hooks look at what is about to be written. Kept by Holdfast.\n";

/**
 * Says to the hooks before tools whether there is anybody to hold back: with nobody observing they end at once, without
 * starting a program.
 */
export function markGuard(planning: string, { bindings }: WorkspaceState): void {
  const file = join(planning, ".local", "guard");
  const isOn = [...bindings.values()].some(({ role }) => role === "observer");
  if (isOn) writeFileSync(file, TEXT);
  else rmSync(file, { force: true });
}
