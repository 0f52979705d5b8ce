import { PROCEED_TURNS } from "../../../continuation/grant.ts";
import { parseDuration } from "../../../engine/duration.ts";
import { approvePlan } from "../../../engine/proof/approve.ts";
import { giveGrant, type Allowance, type Stand } from "../../../engine/continuation/grants.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Input, Run } from "../../command.ts";
import { withWorkspace } from "../../workspace.ts";
import type { goOn, proceed } from "../continuation.ts";
import { printStand } from "./stand.ts";

export const proceedWith: Run<typeof proceed> = async ({ options }, context) => {
  const allowance = allowanceOf(options, PROCEED_TURNS);
  if (!allowance.ok) return allowance;
  return withWorkspace(context, async (workspace) => {
    const stand = await giveGrant(workspace, context.global.plan, allowance.value);
    if (!stand.ok) return stand;
    const { plan } = stand.value.work;
    if (plan !== undefined) {
      const approved = await approvePlan(workspace, plan);
      if (!approved.ok) return approved;
    }
    return printStand(context, stand.value, workspace.now(), nextLines(stand.value));
  });
};

export const allowTurns: Run<typeof goOn> = async ({ options }, context) => {
  const allowance = allowanceOf(options, options.turns);
  if (!allowance.ok) return allowance;
  return withWorkspace(context, async (workspace) => {
    const stand = await giveGrant(workspace, context.global.plan, allowance.value);
    return stand.ok ? printStand(context, stand.value, workspace.now()) : stand;
  });
};

function allowanceOf(options: Input<typeof proceed>["options"], otherwise: number): Result<Allowance> {
  const { turns = otherwise, tokens, stall, for: span } = options;
  const forMs = span === undefined ? undefined : parseDuration(span);
  if (span !== undefined && forMs === undefined) {
    return refused("invalid-duration", `--for takes a time such as 30m, 2h or 1d, not "${span}"`);
  }
  return ok({
    turns,
    ...(tokens === undefined ? {} : { tokens }),
    ...(stall === undefined ? {} : { stall }),
    ...(forMs === undefined ? {} : { forMs }),
  });
}

/** What the agent will begin with. */
function nextLines({ work: { work } }: Stand): readonly string[] {
  if (work?.kind !== "plan") return ["no plan is meant: the session's goal and its host's todos are what is left"];
  const { slug, inHand, firstReady, blocker, isHeldUp } = work;
  const blocked = blocker === undefined ? [] : [`blocked: ${blocker}`];
  if (isHeldUp) return [`${slug} waits until this is resolved`, ...blocked];
  if (inHand !== undefined) return [`${slug} goes on with ${inHand}`, ...blocked];
  if (firstReady !== undefined) return [`${slug} begins with ${firstReady}`, ...blocked];
  return [`${slug} has nothing that is ready`, ...blocked];
}
