import { ok, type Result } from "../../plan/refusal.ts";
import { roleIn } from "../../workspace/sessions.ts";
import { headOfPlan } from "../plans/head-of-plan.ts";
import { judgeStanding, type Standing } from "../continuation/standing.ts";
import type { Workspace } from "../workspace.ts";

export type { Standing } from "../continuation/standing.ts";

/** How the caller's session stands to the plans of its workspace. */
export function standingOf(workspace: Workspace): Result<Standing> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { state } = facts.value;
  const { actor } = workspace;
  const pin = workspace.caller.env["HOLDFAST_PLAN"];
  const named = pin === undefined || pin === "" ? undefined : pinned(workspace, pin);
  const here = workspace.planHere(state);
  const standing = judgeStanding({
    state,
    session: actor.session,
    ...(named === undefined ? {} : { pinned: named }),
    ...(here === undefined ? {} : { here }),
    slugs: workspace.slugs(),
    headOf: (slug) => headOfPlan(workspace, slug),
    roleIn: (slug) => roleIn(state, slug, actor, workspace.now(), workspace.alive),
  });
  return ok(standing);
}

function pinned(workspace: Workspace, pin: string): string | undefined {
  const choice = workspace.choose(undefined);
  return choice.ok && choice.value.source === "pin" ? choice.value.slug : workspace.slugs().find((it) => it === pin);
}
