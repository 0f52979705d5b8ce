import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isSelectable } from "../../workspace/resolve-plan.ts";
import type { WorkspaceState } from "../../workspace/facts.ts";
import type { Workspace } from "../workspace.ts";

/** Where hooks look: in the folder, and for checkouts elsewhere in the repository's own. */
const marksOf = ({ place, layout: { second } }: Workspace): readonly string[] => [
  join(place.planning, ".local", "guard"),
  ...(second === undefined ? [] : [join(second, "guard")]),
];

type Marked = Pick<WorkspaceState, "bindings" | "delegations">;

/**
 * Says to the hooks before tools whether there is anything to guard, and which calls to ask Holdfast about: while a
 * session is bound, or a plan is open. Without the file they end at once.
 */
export function markGuard(workspace: Workspace, state: Marked): void {
  if (state.bindings.size > 0 || workspace.list().some(isSelectable)) writeMarks(workspace, state);
  else for (const file of marksOf(workspace)) rmSync(file, { force: true });
}

/** For a plan that was just written and is open. */
export function turnOnGuard(workspace: Workspace): void {
  if (marksOf(workspace).every((file) => existsSync(file))) return;
  const facts = workspace.facts();
  if (facts.ok) writeMarks(workspace, facts.value.state);
}

function writeMarks(workspace: Workspace, { bindings, delegations }: Marked): void {
  const isDelegating = [...bindings.values()].some(({ plan, role }) => role === "writer" && delegations.has(plan));
  const text = `${isDelegating ? `${EVERY_EDIT}\n` : ""}${patternsFor(workspace)}`;
  for (const file of marksOf(workspace)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const EVERY_EDIT = "edit*";

/** Whether every edit is asked about: a conversation here leaves editing to its subagents. */
export function isEveryEditAsked(planning: string): boolean {
  try {
    return readFileSync(join(planning, ".local", "guard"), "utf8").startsWith(`${EVERY_EDIT}\n`);
  } catch {
    return false;
  }
}

/**
 * Patterns of a shell, a line each, for the payload of a call behind the word `edit` or `shell`. A call that fits none
 * concerns nothing of Holdfast's: it does not name the folder, cannot spell its name by patterns or variables, and takes
 * no folder away whole.
 */
function patternsFor({ place: { planning }, layout: { journals } }: Workspace): string {
  const name = basename(planning);
  const begins = /[ /=>{,(nt]/.source;
  const letter = name[1] ?? "";
  const lines = [
    `*${name}*`,
    "*.git*holdfast*",
    ...(journals === planning ? [] : [`*${basename(dirname(journals))}*${basename(journals)}*`]),
    `shell*${name.slice(0, 5)}*`,
    `shell*planning*`,
    `shell*${begins}.[[*?{$\`]*`,
    `shell*${begins}.${letter}*[[*?{$]*`,
    "shell*=.*$*",
    "shell*rm[ $t]*-*[rR]*",
    "shell*mv[ $t]*",
    "shell*git*clean*",
    "shell*git*stash*-*a*",
    "shell*find*-delete*",
    "shell*find*-exec*",
    "shell*xargs*",
    "shell*rsync*",
    "shell*shred*",
    "shell*rimraf*",
    "shell*trash*",
    "shell*rmtree*",
    "shell*rmSync*",
    "shell*rm_rf*",
  ];
  return `${lines.map(asPattern).join("\n")}\n`;
}

/** A name of a folder may hold what means something in a pattern; there any sign will do. */
const asPattern = (line: string): string => line.replace(/[\\\n\r"']/g, "?");
