import { renamePlan as rename } from "../../../engine/plans/plans.ts";
import type { Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { withWorkspace } from "../../workspace.ts";
import type { rename as spec } from "./life.ts";

export const renamePlan: Run<typeof spec> = async ({ args }, context) =>
  withWorkspace(context, async (workspace) => {
    const performed = await rename(workspace, context.global.plan, args.name);
    if (!performed.ok) return performed;
    const { slug, state } = performed.value;
    return reportPerformed(context, performed.value, [`${slug} also goes by ${args.name} now`], {
      aliases: state.aliases,
    });
  });
