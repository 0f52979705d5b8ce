import { refuse } from "../plan/refusal.ts";
import type { FactEvent } from "./fact-events.ts";
import { misnamed } from "./fact-names.ts";
import type { FactContext, FactOutcome, WorkspaceState } from "./facts.ts";
import { writerOf } from "./sessions.ts";

/** A plan whose main conversation edits nothing itself. */
export interface DelegationFact {
  readonly plan: string;
  readonly at: number;
  readonly session: string;
}

/** It only tightens, so the plan's writer may; a person may always. */
export function beginDelegation(
  state: WorkspaceState,
  { plan }: FactEvent<"delegation.begun">,
  { at, session, isPerson }: FactContext,
): FactOutcome {
  const flaw = misnamed("plan", plan);
  if (flaw !== undefined) return flaw;
  if (state.delegations.has(plan)) return state;
  const writer = writerOf(state, plan);
  if (!isPerson && writer !== undefined && writer.session !== session) {
    return refuse(
      "not-writer",
      `${writer.session} writes ${plan}: only it or a person can have its subagents alone edit.`,
    );
  }
  return { ...state, delegations: new Map(state.delegations).set(plan, { plan, at, session }) };
}

export function endDelegation(
  state: WorkspaceState,
  { plan }: FactEvent<"delegation.ended">,
  { isPerson }: FactContext,
): FactOutcome {
  if (!state.delegations.has(plan)) return state;
  if (!isPerson) return refuse("needs-a-person", "Only a person can let the main conversation edit again.");
  const delegations = new Map(state.delegations);
  delegations.delete(plan);
  return { ...state, delegations };
}
