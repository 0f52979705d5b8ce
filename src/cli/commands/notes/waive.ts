import { perform } from "../../../engine/perform.ts";
import { ok } from "../../../plan/refusal.ts";
import type { Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { waive } from "../notes.ts";

export const waiveSubject: Run<typeof waive> = async ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { subject, target } = args;
    const { why } = options;
    const performed = await perform(workspace, context.global.plan, ({ slug }) => {
      const isPlan = target === "plan" || target === slug;
      if (subject === "confidence") return ok([{ type: "waive-confidence", why, ...(isPlan ? {} : { id: target }) }]);
      return ok([{ type: "give-waiver", subject, target: isPlan ? slug : target, why }]);
    });
    if (!performed.ok) return performed;
    return reportPerformed(context, performed.value, [`waived: ${inline(subject)} of ${inline(target)}`], {
      subject,
      target,
    });
  });
