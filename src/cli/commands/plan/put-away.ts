import type { Performed } from "../../../engine/perform.ts";
import { choosePlanOf } from "../../../engine/plans/plan-rows.ts";
import { putAway } from "../../../engine/plans/plans.ts";
import type { PlanState, Proof } from "../../../plan/state.ts";
import type { Outcome, Context, Run } from "../../command.ts";
import { planNamed } from "../../plan-name.ts";
import { reportPerformed } from "../../performed.ts";
import { bold } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { abort, archive, done, pause } from "./life.ts";

type Leaving = Parameters<typeof putAway>[2];

export const pausePlan: Run<typeof pause> = async ({ args, options }, context) =>
  leave(context, args.slug, { type: "pause-plan", ...noted(options.note) }, () => [
    "is paused; holdfast plan resume goes on with it",
  ]);

export const finishPlan: Run<typeof done> = async ({ args, options }, context) =>
  leave(context, args.slug, { type: "finish-plan", ...noted(options.note) }, ({ proof }) => [
    DONE[proof ?? "claimed"],
    "holdfast plan archive puts it away",
  ]);

const DONE: Readonly<Record<Proof, string>> = {
  executed: "is done (executed: its checks passed on the tree as it is)",
  observed: "is done (observed: its checks passed on the tree as it is, as a host told)",
  claimed: "is done (claimed: somebody said so, no check of Holdfast's has shown it)",
  unverified: "is done (unverified: the journal says so, and not as Holdfast writes it)",
};

export const abortPlan: Run<typeof abort> = async ({ args, options }, context) =>
  leave(context, args.slug, { type: "abort-plan", why: options.why }, () => [
    "is given up; holdfast plan reopen brings it back",
  ]);

export const archivePlan: Run<typeof archive> = async ({ args }, context) =>
  withWorkspace(context, async (workspace) => {
    const name = planNamed(args.slug, context.global.plan);
    if (!name.ok) return name;
    const slug = choosePlanOf(workspace, name.value, ["done", "aborted"]);
    if (!slug.ok) return slug;
    const performed = await putAway(workspace, slug.value, { type: "archive-plan" });
    if (!performed.ok) return performed;
    return report(context, performed.value, ["is archived; holdfast plan reopen brings it back"]);
  });

const noted = (note: string | undefined) => (note === undefined ? {} : { note });

async function leave(
  context: Context,
  given: string | undefined,
  command: Leaving,
  say: (state: PlanState) => readonly [string, ...string[]],
): Promise<Outcome> {
  const name = planNamed(given, context.global.plan);
  if (!name.ok) return name;
  return withWorkspace(context, async (workspace) => {
    const performed = await putAway(workspace, name.value, command);
    if (!performed.ok) return performed;
    return report(context, performed.value, say(performed.value.state));
  });
}

function report(context: Context, performed: Performed, [said, ...more]: readonly [string, ...string[]]): void {
  const { state, slug } = performed;
  reportPerformed(context, performed, [[bold(slug), ` ${said}`], ...more], {
    status: state.status,
    ...(state.proof === undefined ? {} : { proof: state.proof }),
  });
}
