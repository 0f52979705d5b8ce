import { perform } from "../../../engine/perform.ts";
import { checkRepos } from "../../../engine/plans.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { PlanState } from "../../../plan/state.ts";
import type { Input, Run } from "../../command.ts";
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
      const { repos } = store.value.state;
      store.value.close();
      if (global.json) return out.printJson({ plan: store.value.slug, repos, primary: repos[0] ?? null });
      return out.print(describe(repos));
    }
    const performed = await perform(workspace, global.plan, (state) => {
      const repos = wanted(state, args.ids, options);
      if (!repos.ok) return repos;
      const known = checkRepos(workspace, repos.value);
      return known.ok ? ok([{ type: "edit-plan", repos: repos.value }]) : known;
    });
    if (!performed.ok) return performed;
    const { repos } = performed.value.state;
    reportPerformed(context, performed.value, [describe(repos)], { repos, primary: repos[0] ?? null });
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

const describe = (repos: readonly string[]): string =>
  repos.length === 0
    ? "all repositories of the workspace"
    : repos.map((id, at) => (at === 0 && repos.length > 1 ? `${id} (primary)` : id)).join("\n");
