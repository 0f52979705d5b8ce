import { switchPlan, type SwitchOptions } from "../../../engine/plans/plans.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { bold } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import { describeSwitch, leaveFor, switchJson } from "../plan/leave.ts";
import type { bind, observe, steal } from "../session.ts";

type LeaveInput = Parameters<typeof leaveFor>[1];

export const bindCaller: Run<typeof bind> = async ({ args, options }, context) =>
  turn(context, args.slug, {
    ...options,
    "allow-dirty": options["allow-dirty"] || (options.observe && !options.stash),
  });

/** Whoever looks on carries no changes into the plan. */
export const observePlan: Run<typeof observe> = async ({ args }, context) =>
  turn(context, args.slug, { observe: true, "allow-dirty": true, stash: false, steal: false, shared: false });

export const stealPlan: Run<typeof steal> = async ({ args, options }, context) =>
  turn(context, args.slug, { ...options, steal: true });

function turn(context: Context, slug: string | undefined, input: LeaveInput): Promise<Outcome> {
  const { global, out } = context;
  return withWorkspace(context, async (workspace) => {
    const name = workspace.chosen(slug ?? global.plan);
    if (!name.ok) return name;
    const bind = (options: SwitchOptions) => switchPlan(workspace, name.value, options);
    const done = await leaveFor(context, input, bind);
    if (!done.ok) return done;
    const { session } = workspace.actor;
    if (global.json) return out.printJson({ plan: done.value.bound.plan, session, ...switchJson(done.value) });
    if (done.value.bound.as !== "default") out.print(["turned to ", bold(done.value.bound.plan)]);
    for (const line of describeSwitch(done.value)) out.print(line);
  });
}
