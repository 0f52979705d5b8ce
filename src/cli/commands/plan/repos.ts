import { perform } from "../../../engine/perform.ts";
import { checkRepos } from "../../../engine/plans/plans.ts";
import type { Workspace } from "../../../engine/workspace.ts";
import { describeIsolation } from "../../../engine/worktrees.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { PlanState } from "../../../plan/state.ts";
import type { RepositoryIsolation } from "../../../workspace/isolation.ts";
import type { Context, Input, Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { withWorkspace } from "../../workspace.ts";
import type { repos as spec } from "../plan.ts";
import { withPrimary } from "./brief.ts";

export const planRepos: Run<typeof spec> = async ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    if (args.ids.length === 0 && options.primary === undefined && !options.clear) {
      const store = workspace.plan(global.plan, { isReading: true });
      if (!store.ok) return store;
      const { slug, state } = store.value;
      const { repos } = state;
      store.value.close();
      const isolation = isolationFor(workspace, slug, out);
      if (global.json) return out.printJson({ plan: slug, repos, primary: repos[0] ?? null, isolation });
      return out.print(describe(repos, isolation));
    }
    const performed = await perform(workspace, global.plan, (state) => {
      const repos = wanted(state, args.ids, options);
      if (!repos.ok) return repos;
      const known = checkRepos(workspace, repos.value);
      return known.ok ? ok([{ type: "edit-plan", repos: repos.value }]) : known;
    });
    if (!performed.ok) return performed;
    const { slug, state } = performed.value;
    const { repos } = state;
    const isolation = isolationFor(workspace, slug, out);
    const lines = [describe(repos, isolation)];
    reportPerformed(context, performed.value, lines, { repos, primary: repos[0] ?? null, isolation });
  });

function wanted(
  state: PlanState,
  ids: readonly string[],
  { primary, clear }: Input<typeof spec>["options"],
): Result<readonly string[]> {
  if (clear && (ids.length > 0 || primary !== undefined)) {
    return refused("usage-contradiction", "--clear takes in all repositories: name none beside it");
  }
  return ok(clear ? [] : withPrimary([...new Set(ids.length === 0 ? state.repos : ids)], primary));
}

/** How the plan stands to others. Where that cannot be told, what is in its scope still is, and why is a warning. */
function isolationFor(workspace: Workspace, slug: string, out: Context["out"]): readonly RepositoryIsolation[] {
  const found = describeIsolation(workspace, slug);
  if (found.ok) return found.value;
  out.warn(`${found.refusal.message}${found.refusal.hint === undefined ? "" : ` (${found.refusal.hint})`}`);
  return [];
}

function describe(repos: readonly string[], isolation: readonly RepositoryIsolation[]): string {
  const known = new Map(isolation.map((one) => [one.repo, one]));
  const lines = (repos.length === 0 ? [...known.keys()] : repos).map((id, at) => {
    const name = at === 0 && repos.length > 1 ? `${id} (primary)` : id;
    return `${name}${standing(known.get(id))}`;
  });
  return repos.length === 0 ? ["all repositories of the workspace", ...lines].join("\n") : lines.join("\n");
}

function standing(one: RepositoryIsolation | undefined): string {
  if (one === undefined) return "";
  const rivals = one.conflictsWith.length === 0 ? "" : ` (${one.conflictsWith.join(", ")} is written there)`;
  return `: ${one.isolation}${rivals}${one.command === undefined ? "" : `\n  ${one.command}`}`;
}
