import { ok, refused, type Result } from "../../plan/refusal.ts";
import { readGitLayout } from "../../workspace/git-layout.ts";
import { chooseFolder, isForeignPlanning } from "../../workspace/root.ts";
import { isTracked, trackWorkspace, type Published } from "../records/exchange.ts";
import { Workspace, type Caller } from "../workspace.ts";

/** Where a workspace is or would be made, and what stands there now. Nothing has been written. */
export interface InitPlan {
  /** To be used for writing: it goes by the folder that was chosen. */
  readonly workspace: Workspace;
  readonly state: "present" | "lost" | "none";
  /** Another tool's folder that had the usual name, where there is one. */
  readonly foreign?: string;
}

export interface Initialized {
  readonly root: string;
  /** Absolute. */
  readonly planning: string;
  readonly folder: string;
  /** `restored`: Git's folder remembered it. */
  readonly outcome: "made" | "restored" | "present";
  readonly tracked: boolean;
  /** Outside Git the folder is found by its name only. */
  readonly isInGit: boolean;
  readonly plans: readonly string[];
  readonly published: readonly Published[];
}

/** Finds out where `init` would make a workspace; a folder of another tool's is never taken. */
export async function planInit(caller: Caller, folder: string | undefined): Promise<Result<InitPlan>> {
  const found = await Workspace.open({ ...caller, mayCreate: true });
  if (!found.ok) return found;
  const { place } = found.value;
  if (place.state !== "none") {
    if (folder === undefined || folder === place.folder) return ok({ workspace: found.value, state: place.state });
    return refused("workspace-exists", `${place.root} has a workspace already, in ${place.folder}`, {
      hint: "Go on without --folder; or begin one elsewhere: holdfast init --root <path>",
    });
  }
  const isForeign = isForeignPlanning(place.planning);
  const chosen = chooseFolder(place.root, folder);
  if (!chosen.ok) return chosen;
  const foreign = isForeign && chosen.value !== place.folder ? { foreign: place.folder } : {};
  if (chosen.value === place.folder) return ok({ workspace: found.value, state: "none" });
  found.value.close();
  const env = { ...caller.env, HOLDFAST_FOLDER: chosen.value };
  const other = await Workspace.open({ ...caller, env, root: place.root, mayCreate: true });
  return other.ok ? ok({ workspace: other.value, state: "none", ...foreign }) : other;
}

/** Makes the workspace, or puts right what is there: harmless where all is well. */
export async function initWorkspace(
  { workspace, state }: InitPlan,
  options: { readonly track?: boolean } = {},
): Promise<Result<Initialized>> {
  const prepared = workspace.prepare();
  if (!prepared.ok) return prepared;
  // Only a workspace with an identity is one for sure, whatever becomes of the files that Git reads.
  const identity = workspace.identity();
  if (!identity.ok) return identity;
  const published = options.track === true ? await trackWorkspace(workspace) : ok([]);
  if (!published.ok) return published;
  const { root, planning, folder } = workspace.place;
  return ok({
    root,
    planning,
    folder,
    outcome: state === "none" ? "made" : state === "lost" ? "restored" : "present",
    tracked: isTracked(workspace),
    isInGit: readGitLayout(root) !== undefined,
    plans: workspace.slugs(),
    published: published.value,
  });
}
