import type { Attempt, PlanState } from "../../plan/state.ts";
import type { Ground } from "./attempt-ground.ts";
import { isSameRoot, type Scene } from "./attribution.ts";
import { headOfPlan } from "../plans/head-of-plan.ts";
import { checkoutsOf } from "../sessions/sessions.ts";
import type { Workspace } from "../workspace.ts";

/** An attempt in one of its checkouts, and who else there may have been. */
export interface Place {
  readonly attempt: Attempt;
  readonly ground: Ground;
  readonly scene: Scene;
}

/**
 * Whether anybody but an attempt was, or may have been, at work in its checkout: another attempt of the plan, a session
 * that writes a plan there, or somebody who holds a task of another plan.
 */
export function isElsewhereAlive(workspace: Workspace, state: PlanState, place: Place): boolean {
  return isBesideAttempt(state, place) || isBesideWriter(workspace, place) || isBesidePlan(workspace, state, place);
}

function isBesideAttempt({ tasks }: PlanState, { ground, scene }: Place): boolean {
  const beside = new Set(scene.others.map(({ fence }) => fence));
  if (beside.size === 0) return false;
  for (const { claim, rival, attempts } of tasks.values()) {
    for (const other of [claim, rival, ...attempts]) {
      if (other === undefined || !beside.has(other.fence)) continue;
      // One of which nothing is known may work anywhere.
      const at = other.base?.places?.[ground.repo];
      if (at === undefined || at === ground.place) return true;
    }
  }
  return false;
}

function isBesideWriter(workspace: Workspace, { attempt, ground }: Place): boolean {
  const facts = workspace.facts();
  if (!facts.ok) return true;
  return [...facts.value.state.bindings.values()].some(
    (binding) =>
      binding.role === "writer" &&
      !isSameRoot(binding.session, attempt.session) &&
      placeOf(workspace, binding.plan, ground) === ground.place &&
      workspace.alive(binding) === "alive",
  );
}

function isBesidePlan(workspace: Workspace, { slug }: PlanState, { attempt, ground }: Place): boolean {
  return workspace.slugs().some((other) => {
    if (other === slug || placeOf(workspace, other, ground) !== ground.place) return false;
    const held = headOfPlan(workspace, other)?.inHand.top ?? [];
    return held.some(({ session }) => !isSameRoot(session, attempt.session));
  });
}

/** Where a plan works on a ground's repository, from the workspace's root. */
function placeOf(workspace: Workspace, plan: string, { repo, path, place }: Ground): string {
  const facts = workspace.facts();
  if (!facts.ok) return place;
  const recorded = checkoutsOf(facts.value.state).find((checkout) => checkout.plan === plan && checkout.repo === repo);
  return recorded?.path ?? path;
}
