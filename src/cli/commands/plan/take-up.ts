import { choosePlanOf } from "../../../engine/plans/plan-rows.ts";
import { takeUp } from "../../../engine/plans/plans.ts";
import type { CommandOf } from "../../../plan/commands.ts";
import type { PlanStatus } from "../../../plan/state.ts";
import type { Context, Input, Outcome, Run } from "../../command.ts";
import { planNamed } from "../../plan-name.ts";
import { reportPerformed } from "../../performed.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import { describeSwitch, leaveFor, switchJson } from "./leave.ts";
import type { reopen, resume } from "./life.ts";

export const resumePlan: Run<typeof resume> = async ({ args, options }, context) => {
  const { note } = options;
  const command = { type: "resume-plan", ...(note === undefined ? {} : { note }) } as const;
  return take(context, args.slug, options, command, ["paused", "blocked", "verifying"]);
};

export const reopenPlan: Run<typeof reopen> = async ({ args, options }, context) => {
  const { why } = options;
  const command = { type: "reopen-plan", ...(why === undefined ? {} : { why }) } as const;
  return take(context, args.slug, options, command, ["done", "aborted", "archived"]);
};

async function take(
  context: Context,
  given: string | undefined,
  options: Omit<Input<typeof resume>["options"], "note">,
  command: CommandOf<"resume-plan"> | CommandOf<"reopen-plan">,
  from: readonly PlanStatus[],
): Promise<Outcome> {
  const name = planNamed(given, context.global.plan);
  if (!name.ok) return name;
  return withWorkspace(context, async (workspace) => {
    const slug = choosePlanOf(workspace, name.value, from);
    if (!slug.ok) return slug;
    const taken = await leaveFor(context, options, (choice) => takeUp(workspace, slug.value, command, choice));
    if (!taken.ok) return taken;
    const { state } = taken.value;
    return reportPerformed(
      context,
      taken.value,
      [[bold(state.slug), ` is ${state.status} again, phase ${inline(state.phase)}`], ...describeSwitch(taken.value)],
      { status: state.status, phase: state.phase, ...switchJson(taken.value) },
    );
  });
}
