import { perform } from "../../../engine/perform.ts";
import { criterionById } from "../../../plan/criteria.ts";
import { NO_TESTS_REASONS } from "../../../plan/gate/new-test-conditions.ts";
import { taskById } from "../../../plan/graph.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Input, Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { waive } from "../notes.ts";

export const waiveSubject: Run<typeof waive> = async ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { subject, target } = args;
    const why = reasonOf(subject, options);
    if (!why.ok) return why;
    const performed = await perform(workspace, context.global.plan, (state) => {
      const { slug } = state;
      const isPlan = target === "plan" || target === slug;
      if (subject === "confidence")
        return ok([{ type: "waive-confidence", why: why.value, ...(isPlan ? {} : { id: target }) }]);
      const criterion = subject === "sign-off" ? criterionById(state, target) : undefined;
      if (criterion !== undefined && taskById(state, target) === undefined) {
        return refused("bad-value", `${criterion.id} is an acceptance criterion, and no task`, {
          hint: `holdfast plan sign-off ${criterion.id} --why "…"`,
        });
      }
      return ok([{ type: "give-waiver", subject, target: isPlan ? slug : target, why: why.value }]);
    });
    if (!performed.ok) return performed;
    return reportPerformed(context, performed.value, [`waived: ${inline(subject)} of ${inline(target)}`], {
      subject,
      target,
    });
  });

/** Why, for the journal. That a task needs no new tests has one of three reasons, given as one or said first. */
function reasonOf(subject: string, { why, reason }: Input<typeof waive>["options"]): Result<string> {
  if (subject !== "new-tests") {
    return reason === undefined
      ? ok(why)
      : refused("usage-contradiction", "--reason is for waive new-tests; say the rest with --why");
  }
  if (reason !== undefined) return ok(`${reason}: ${why}`);
  const [first] = why.split(/[\s:]/, 1);
  if (NO_TESTS_REASONS.some((known) => known === first)) return ok(why);
  return refused(
    "usage-missing-option",
    `a task needs no new tests for one of three reasons: ${NO_TESTS_REASONS.join(", ")}`,
    {
      hint: `--reason ${NO_TESTS_REASONS[0]}`,
    },
  );
}
