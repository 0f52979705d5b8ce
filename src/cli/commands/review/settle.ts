import { perform } from "../../../engine/perform.ts";
import { assessFinding } from "../../../engine/proof/reviews.ts";
import type { Performed } from "../../../engine/perform.ts";
import { findingById } from "../../../plan/reviews.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { assess, waive } from "../review.ts";
import { aboutOf } from "./hand-in.ts";
import { findingRow } from "./review-row.ts";

export const assessOne: Run<typeof assess> = ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { id, state } = args;
    const done = await assessFinding(workspace, context.global.plan, { finding: id, state, why: options.why });
    return done.ok ? tellFinding(context, done.value, id) : done;
  });

export const waiveOne: Run<typeof waive> = ({ args: { what }, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { reviewer, why } = options;
    const { plan } = context.global;
    if (reviewer === undefined) {
      const done = await perform(workspace, plan, { type: "waive-finding", finding: what, why });
      return done.ok ? tellFinding(context, done.value, what) : done;
    }
    const done = await perform(workspace, plan, { type: "waive-reviewer", ...aboutOf(what), reviewer, why });
    if (!done.ok) return done;
    const line = ["waived: the review of ", bold(inline(what)), ` by ${inline(reviewer)}`];
    return reportPerformed(context, done.value, [line], { reviewer, task: what === "plan" ? null : what });
  });

function tellFinding(context: Context, done: Performed, id: string): Outcome {
  const finding = findingById(done.state, id)?.finding;
  if (finding === undefined) throw new Error("bug: a review finding that was settled is not there");
  const line = [bold(finding.id), ` is ${finding.status}`];
  return reportPerformed(context, done, [line], { finding: findingRow(done.state, finding) });
}
