import type { Draft } from "../draft.ts";
import { omit } from "../omit.ts";
import type { Phase, PlanState, PlanStatus, Proof } from "../state.ts";

/** The command that lets a plan which was put away be worked on again. */
export const wayBack = ({ slug, status }: Pick<PlanState, "slug" | "status">): string =>
  `holdfast plan ${status === "paused" || status === "blocked" ? "resume" : "reopen"} ${slug}`;

/**
 * Gives a plan its status; one that another clone gave it, unknown to this writer, is listed and not lost. `proof`: what
 * it rests on where it is done.
 */
export function setPlanStatus(draft: Draft, status: PlanStatus, proof: Proof = "claimed"): void {
  const { plan, record } = draft;
  const stamp = plan.stamps["status"];
  if (stamp !== undefined && plan.status !== status && draft.isUnseen(stamp)) {
    draft.addConflict(
      {
        kind: "field",
        field: "status",
        kept: { stamp: draft.stamp, value: status },
        lost: { stamp, value: plan.status },
        message: `one copy of the plan made it ${plan.status}, the other ${status} without knowing`,
      },
      ".status",
    );
  }
  draft.plan = {
    ...omit(draft.plan, "proof"),
    ...(status === "active" && (plan.status === "done" || plan.status === "archived")
      ? { phases: currentAgain(plan) }
      : {}),
    ...(status === "done" ? { proof, phases: allComplete(plan) } : {}),
    status,
    statusAt: record.at,
    stamps: { ...plan.stamps, status: draft.stamp },
  };
}

const allComplete = (plan: PlanState): readonly Phase[] =>
  plan.phases.map((phase) => ({ ...phase, status: "complete" as const }));

const currentAgain = (plan: PlanState): readonly Phase[] =>
  plan.phases.map((phase) =>
    phase.id === plan.phase && phase.status === "complete" ? { ...phase, status: "in_progress" as const } : phase,
  );
