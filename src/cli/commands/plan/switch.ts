import { switchPlan } from "../../../engine/plans/plans.ts";
import type { Run } from "../../command.ts";
import { bold } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { turn } from "../plan.ts";
import { describeSwitch, leaveFor, switchJson } from "./leave.ts";

export const switchTo: Run<typeof turn> = async ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const switched = await leaveFor(context, options, (choice) => switchPlan(workspace, args.slug, choice));
    if (!switched.ok) return switched;
    const { plan } = switched.value.bound;
    if (global.json) return out.printJson({ plan, ...switchJson(switched.value) });
    out.print(["turned to ", bold(plan)]);
    for (const line of describeSwitch(switched.value)) out.print(line);
  });
