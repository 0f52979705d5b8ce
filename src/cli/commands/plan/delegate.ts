import { delegate } from "../../../engine/hooks/delegation.ts";
import { refused } from "../../../plan/refusal.ts";
import type { Run } from "../../command.ts";
import { planNamed } from "../../plan-name.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { delegateOnly } from "../plan.ts";

export const delegatePlan: Run<typeof delegateOnly> = async ({ args, options }, context) => {
  const { global, out } = context;
  const name = planNamed(args.slug, global.plan);
  if (!name.ok) return name;
  if (options.on && options.off) return refused("usage-contradiction", "--on and --off cannot both be meant");
  return withWorkspace(context, async (workspace) => {
    const done = await delegate(workspace, name.value, options.on ? true : options.off ? false : undefined);
    if (!done.ok) return done;
    const { plan, isOn } = done.value;
    if (global.json) return out.printJson({ plan, delegateOnly: isOn });
    return out.print([bold(inline(plan)), isOn ? ": only subagents edit" : ": the main conversation edits too"]);
  });
};
