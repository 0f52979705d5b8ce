import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import type { GoalView } from "../../../context/goal.ts";
import type { ForeignGoal } from "../../../engine/goals/goals.ts";
import { isObject } from "../../../plan/shape.ts";
import type { Goal } from "./api.ts";
import { segmentOf } from "./session-id.ts";

export const GOALS_BASE_PATH = "~/.local/share/opencode/plugin/agent-loop";
const GOAL_FILENAME = "goal.json";

/** What stands in a session's goal file. `none`: of ours, and says that the session has no goal any more. */
export type GoalFile =
  | { readonly kind: "goal"; readonly goal: Goal }
  | { readonly kind: "missing" | "none" }
  | { readonly kind: "torn"; readonly text: string }
  | { readonly kind: "unreadable"; readonly why: string };

/** `~` is the home folder. Without a slash at its end. */
export function expandPath(path: string): string {
  const home = process.env["HOME"] || process.env["USERPROFILE"] || homedir();
  const whole = path === "~" || path.startsWith("~/") || path.startsWith("~\\") ? home + path.slice(1) : path;
  return whole.length > 1 ? whole.replace(/[/\\]+$/, "") : whole;
}

// By hand, since a join would resolve what is hostile in a name before anybody can look at it.
export const sessionFolder = (base: string, sessionID: string): string => `${base}/${segmentOf(sessionID)}`;
const fileOf = (base: string, sessionID: string): string => `${sessionFolder(base, sessionID)}/${GOAL_FILENAME}`;

export async function readGoalFile(base: string, sessionID: string): Promise<GoalFile> {
  let text: unknown;
  try {
    text = await readFile(fileOf(base, sessionID), "utf-8");
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
    return { kind: "unreadable", why: error instanceof Error ? error.message : String(error) };
  }
  if (typeof text !== "string") return { kind: "missing" };
  return parseGoal(text);
}

function parseGoal(text: string): GoalFile {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return { kind: "torn", text };
  }
  if (!isObject(value)) return { kind: "torn", text };
  const { title, done_condition, created_at, status, description, completed_at, validated_at } = value;
  const isText = (field: unknown): field is string => typeof field === "string" && field.trim() !== "";
  if (!isText(title) || !isText(done_condition) || !isText(created_at)) return { kind: "torn", text };
  if (status === "cancelled") return { kind: "none" };
  if (status !== "active" && status !== "completed" && status !== "validated") return { kind: "torn", text };
  const goal: Goal = {
    title,
    ...(isText(description) && { description }),
    done_condition,
    status,
    created_at,
    completed_at: isText(completed_at) ? completed_at : null,
    validated_at: isText(validated_at) ? validated_at : null,
  };
  return { kind: "goal", goal };
}

/** Writes the copy. Rejects with what the file system says. */
export async function writeGoalFile(base: string, sessionID: string, goal: object): Promise<void> {
  await mkdir(sessionFolder(base, sessionID), { recursive: true });
  await writeFile(fileOf(base, sessionID), JSON.stringify(goal, null, 2), "utf-8");
}

/** Keeps what could not be read beside the file that is written anew. */
export const saveTorn = (base: string, sessionID: string, text: string): Promise<void> =>
  writeFile(`${fileOf(base, sessionID)}.damaged`, text, "utf-8");

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

/** The goal as its file has it; null where it is over without having been reached. */
export function goalOf(view: GoalView): Goal | null {
  const { title, description, doneWhen = "", status, setAt = 0, completedAt, validatedAt } = view;
  if (status === "cancelled" || status === "replaced") return null;
  return {
    title,
    ...(description !== undefined && { description }),
    done_condition: doneWhen,
    status,
    created_at: new Date(setAt).toISOString(),
    completed_at: iso(completedAt),
    validated_at: iso(validatedAt),
  };
}

/** What a goal leaves behind in its file when it is cancelled: programs that know three statuses find no goal there. */
export const tombstoneOf = (view: GoalView): object => ({
  ...goalOf({ ...view, status: "active" }),
  status: "cancelled",
  cancelled_at: iso(view.endedAt),
  reason: view.reason ?? null,
});

const momentOf = (text: string | null | undefined): { readonly at: number } | undefined => {
  const at = text === null || text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : { at };
};

/** A goal of a file as the engine takes it in. */
export function foreignOf(goal: Goal): ForeignGoal {
  const setAt = momentOf(goal.created_at);
  const completedAt = momentOf(goal.completed_at);
  const validatedAt = momentOf(goal.validated_at);
  return {
    title: goal.title,
    doneWhen: goal.done_condition,
    ...(goal.description !== undefined && { description: goal.description }),
    status: goal.status,
    ...(setAt !== undefined && { setAt: setAt.at }),
    ...(completedAt !== undefined && { completedAt: completedAt.at }),
    ...(validatedAt !== undefined && { validatedAt: validatedAt.at }),
  };
}
