import { addReview, failReview, importReview, type Reviewed } from "../../../engine/proof/reviews.ts";
import { placed } from "../../../evidence/reviews/severity-lines.ts";
import { refuse, type Result } from "../../../plan/refusal.ts";
import { isBlockingFinding, placeBeside } from "../../../plan/reviews.ts";
import { SEVERITIES } from "../../../plan/severity.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { readSource } from "../../stdin.ts";
import { bold, dim, inline, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { specCheck } from "../plan/acceptance-specs.ts";
import type { add, fail, importReview as importOptions } from "../review.ts";
import { given } from "../task/report.ts";
import { rowOf } from "./review-row.ts";

/** `plan` stands for the plan as a whole. */
export const aboutOf = (name: string): { readonly id?: string } => (name === "plan" ? {} : { id: name });

export const addOne: Run<typeof add> = ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const findings = SEVERITIES.flatMap((severity) => options[severity].map((text) => placed(severity, text)));
    const { reviewer, verdict, resolved } = options;
    const assessments = [
      ...resolved.map((finding) => ({ finding, state: "resolved" as const })),
      ...options["still-there"].map((finding) => ({ finding, state: "still-there" as const })),
    ];
    const more = { ...(verdict === undefined ? {} : { verdict }), assessments };
    const report = { ...aboutOf(args.task), reviewer, findings, ...more };
    return tell(context, await addReview(workspace, context.global.plan, report));
  });

export const importOne: Run<typeof importOptions> = async ({ args, options }, context) => {
  const text = await readSource(args.file, context.io);
  if (!text.ok) return text;
  return withWorkspace(context, async (workspace) => {
    const { reviewer } = options;
    const handed = { ...aboutOf(args.task), text: text.value, ...(reviewer === undefined ? {} : { reviewer }) };
    return tellCaptured(context, await importReview(workspace, context.global.plan, handed));
  });
};

export const importSpec: Run<typeof specCheck> = async ({ args, options }, context) => {
  const text = await readSource(args.file, context.io);
  if (!text.ok) return text;
  return withWorkspace(context, async (workspace) => {
    const { importSpecCheck } = await import("../../../engine/proof/spec-check.ts");
    const handed = { text: text.value, ...given(options) };
    return tellCaptured(context, await importSpecCheck(workspace, context.global.plan, handed));
  });
};

function tellCaptured(context: Context, done: Result<Reviewed>): Outcome {
  if (!done.ok || done.value.round.state !== "capture-failed") return tell(context, done);
  // It is recorded, and yet nobody should take it for a review that was handed in.
  const message = `the review by ${done.value.reviewer} was not captured: ${done.value.round.why ?? ""}`;
  const refusal = refuse("capture-failed", message, {
    hint: "have it handed in again, with the block filled in: docs/reviews.md",
  });
  return { ok: false, refusal };
}

export const failOne: Run<typeof fail> = ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { reviewer, why } = options;
    return tell(context, await failReview(workspace, context.global.plan, { ...aboutOf(args.task), reviewer, why }));
  });

function tell(context: Context, done: Result<Reviewed>): Outcome {
  if (!done.ok) return done;
  const { state, task, round, reviewer } = done.value;
  const row = rowOf(state, task);
  const standing = row.reviewers.find((one) => one.reviewer.toLowerCase() === reviewer.toLowerCase())?.standing;
  const { findings = [] } = (task ?? state).reviews ?? {};
  const lines: Text[] = [
    [bold(inline(reviewer)), ": ", bold(task?.id ?? "the plan"), ` ${standing ?? round.state}`],
    ...findings
      .filter(({ uid }) => round.findings.includes(uid))
      .map((finding): Text => {
        const place = placeBeside(finding);
        const weighs = isBlockingFinding(finding, state.blocks) ? "" : dim(" (does not block)");
        return [
          `  ${finding.id} ${finding.severity} ${place === "" ? "" : `${inline(place)} `}${inline(finding.message)}`,
          weighs,
        ];
      }),
  ];
  return reportPerformed(context, done.value, lines, { reviewer, standing: standing ?? round.state, ...row });
}
