import { resolve } from "node:path";
import { ok, type Result } from "../../plan/refusal.ts";
import type { Attempt, PlanState } from "../../plan/state.ts";
import { portablePath } from "../../workspace/contained-path.ts";
import { locateGit, readGitLayout } from "../../workspace/git-layout.ts";
import { realPath } from "../../workspace/real-path.ts";
import { absolutePath, findCheckout, type Repository } from "../../workspace/repositories.ts";
import { checkoutsOf, checkoutsOfPlan, repositoriesOf } from "../sessions/sessions.ts";
import type { Workspace } from "../workspace.ts";

/** A checkout that an attempt works in. */
export interface Ground {
  /** The repository's id; `.` for a workspace outside Git. */
  readonly repo: string;
  /** What its files are called by: the repository's own folder from the workspace's root, whatever checkout it is. */
  readonly path: string;
  /** The checkout, absolute. */
  readonly top: string;
  /** The same from the workspace's root. */
  readonly place: string;
}

/** Where an attempt that begins now works: in the worktree that its caller stands in, else in the plan's checkouts. */
export function groundsHere(workspace: Workspace, state: PlanState): Result<readonly Ground[]> {
  const { root } = workspace.place;
  const own = worktreeOfCaller(workspace);
  return eachGround(workspace, state, ({ repository, usual }) => {
    const isOf = own !== undefined && own.commonDir === readGitLayout(absolutePath(root, repository))?.commonDir;
    return isOf && !isAnothers(workspace, state, own.top) ? own.top : usual;
  });
}

/** Where an attempt works, as recorded when it began; the plan's checkouts where that is gone or was never known. */
export function groundsOf(workspace: Workspace, state: PlanState, { base }: Attempt): Result<readonly Ground[]> {
  const { root } = workspace.place;
  return eachGround(workspace, state, ({ repository, usual }) => {
    const place = base?.places?.[repository.id];
    if (place === undefined) return usual;
    const top = realPath(resolve(root, place));
    const main = absolutePath(root, repository);
    if (top === undefined) return usual;
    if (top === realPath(main)) return main;
    // Records come from anywhere: only a checkout of this repository is looked at.
    const commonDir = readGitLayout(top)?.commonDir;
    return commonDir !== undefined && commonDir === readGitLayout(main)?.commonDir ? top : usual;
  });
}

function eachGround(
  workspace: Workspace,
  state: PlanState,
  topOf: (of: { readonly repository: Repository; readonly usual: string }) => string,
): Result<readonly Ground[]> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { root } = workspace.place;
  const repositories = repositoriesOf(workspace, facts.value.state);
  const checkouts = checkoutsOfPlan(workspace, { plan: state.slug, repos: state.repos });
  if (!checkouts.ok) return checkouts;
  if (checkouts.value.length === 0) return ok([{ repo: ".", path: ".", top: root, place: "." }]);
  return ok(
    checkouts.value.flatMap((checkout) => {
      const repository = repositories.find(({ id }) => id === checkout.repo);
      if (repository === undefined) return [];
      const top = topOf({ repository, usual: absolutePath(root, checkout) });
      return [{ repo: repository.id, path: repository.path, top, place: portablePath(root, top) }];
    }),
  );
}

function worktreeOfCaller({ caller }: Workspace): { readonly top: string; readonly commonDir: string } | undefined {
  const cwd = realPath(resolve(caller.cwd));
  const git = cwd === undefined ? undefined : locateGit(cwd);
  return git?.isLinked === true ? { top: git.toplevel, commonDir: git.commonDir } : undefined;
}

/** Whether a worktree was recorded for another plan. */
function isAnothers(workspace: Workspace, state: PlanState, top: string): boolean {
  const facts = workspace.facts();
  if (!facts.ok) return true;
  const checkout = findCheckout(workspace.place.root, checkoutsOf(facts.value.state), top);
  return checkout !== undefined && checkout.plan !== state.slug;
}
