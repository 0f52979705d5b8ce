import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Phase, PlanState } from "../../../plan/state.ts";
import { hintNear } from "../../../plan/suggest.ts";

/** The phase of that id; a wrong one is an error that lists the near ones. */
export function phaseOf({ phases }: PlanState, id: string): Result<Phase> {
  const known = phases.find((phase) => phase.id === id);
  if (known !== undefined) return ok(known);
  const ids = phases.map((phase) => phase.id);
  const near = hintNear(id, ids).hint ?? `One of: ${ids.join(", ")}`;
  return refused("no-such-phase", `there is no phase ${JSON.stringify(id.slice(0, 80))}`, { hint: near });
}
