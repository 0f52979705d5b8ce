import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isSlug } from "../plan/names.ts";
import type { Result } from "../plan/refusal.ts";
import { readGitLayout } from "../workspace/git-layout.ts";
import { readRegistered } from "../workspace/registered.ts";
import { findWorkspace, isOwnPlanning, type WorkspaceRoot } from "../workspace/root.ts";
import type { WorkspaceLayout } from "./layout.ts";

export interface Caller {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--root`, `--session`. */
  readonly root?: string;
  readonly session?: string;
  /** Whether `root` may name a folder where the workspace is yet to be made. */
  readonly mayCreate?: boolean;
  /** The workspace is no project's own, and Git is told nothing of it; `project` is the folder that is worked in. */
  readonly private?: { readonly project?: string };
  /** Whether standard input is a terminal. */
  readonly isTerminal?: boolean;
  /** The wall clock in milliseconds; the real one where absent. */
  readonly now?: () => number;
}

/** The workspace that a caller is in, by reading folders only. Needs none of the engine: hooks look here first. */
export function findPlace(caller: Caller): Result<WorkspaceRoot> {
  const folder = caller.env["HOLDFAST_FOLDER"];
  const explicit = caller.root ?? caller.env["HOLDFAST_ROOT"];
  return findWorkspace(caller.cwd, {
    ...(explicit === undefined || explicit === "" ? {} : { explicit }),
    ...(folder === undefined || folder === "" ? {} : { folder }),
    mayCreate: caller.mayCreate === true,
    claims: readRegistered,
  });
}

/** Where second names of a workspace's journals are; undefined outside Git. */
export function secondFolder(root: string): string | undefined {
  const git = readGitLayout(root);
  return git === undefined ? undefined : join(git.commonDir, "holdfast");
}

/** The folders of a workspace's plans, also of those that Git's folder remembers only. */
export function listSlugs(place: WorkspaceRoot, { planning, journals, second }: WorkspaceLayout): readonly string[] {
  // What stands there and is none of ours, a link above all, has no plans; one may be made meanwhile.
  if (place.state === "none" && !isOwnPlanning(planning)) return [];
  const found = new Set<string>();
  for (const folder of new Set([planning, journals, ...(second === undefined ? [] : [join(second, "plans")])])) {
    for (const name of listFolders(folder)) if (isSlug(name) && isPlanFolder(folder, name, second)) found.add(name);
  }
  return [...found].sort();
}

function listFolders(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

const PLAN_MARKS = ["journal", "published", "state.json", "TODO_LIST.md"] as const;

/** A folder in Git's memory is a plan; one in `.planning` needs records, or a projection of lost ones. */
const isPlanFolder = (folder: string, name: string, second: string | undefined): boolean =>
  (second !== undefined && folder === join(second, "plans")) ||
  PLAN_MARKS.some((mark) => existsSync(join(folder, name, mark)));
