import { approvePlan } from "../../../engine/proof/approve.ts";
import type { Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { planNamed } from "../../plan-name.ts";
import { inline, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { approve as spec } from "../plan.ts";

export const approve: Run<typeof spec> = ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const name = planNamed(args.slug, context.global.plan);
    if (!name.ok) return name;
    const done = await approvePlan(workspace, name.value, options.note);
    if (!done.ok) return done;
    const { slug, state } = done.value;
    const lines: Text[] = state.checks.map(({ id, approved }) => {
      const parts = Object.keys(approved?.resolved ?? {})
        .map(inline)
        .join(", ");
      return `  ${inline(id)}${parts === "" ? "" : `: ${parts}`}`;
    });
    const what =
      lines.length === 0 ? `${slug} is approved; it has no checks yet` : `${slug} is approved, with its checks:`;
    return reportPerformed(context, done.value, [what, ...lines], { checks: state.checks.map(({ id }) => id) });
  });
