import { perform } from "../../../engine/perform.ts";
import type { Run } from "../../command.ts";
import { planNamed } from "../../plan-name.ts";
import { reportPerformed } from "../../performed.ts";
import { bold } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { block } from "./life.ts";

export const blockPlan: Run<typeof block> = async ({ args, options }, context) => {
  const name = planNamed(args.slug, context.global.plan);
  if (!name.ok) return name;
  return withWorkspace(context, async (workspace) => {
    const performed = await perform(workspace, name.value, { type: "block-plan", ...options });
    if (!performed.ok) return performed;
    const { slug, state } = performed.value;
    const said = [[bold(slug), " is blocked; holdfast plan resume goes on once that is resolved"]];
    return reportPerformed(context, performed.value, said, { status: state.status });
  });
};
