import { ok, refuse, type Result } from "../../plan/refusal.ts";
import type { Workspace } from "../workspace.ts";

export interface Delegating {
  readonly plan: string;
  readonly isOn: boolean;
  readonly isNew: boolean;
}

/**
 * Whether only the subagents of a plan's conversation edit; with `to` it becomes so, or ends. Leaving it takes a person.
 */
export async function delegate(
  workspace: Workspace,
  plan: string | undefined,
  to: boolean | undefined,
): Promise<Result<Delegating>> {
  const choice = workspace.choose(plan, { allowPrefix: to === undefined });
  if (!choice.ok) return choice;
  if (choice.value.source === "none") {
    return { ok: false, refusal: refuse("no-such-plan", "no plan is open here", { hint: "holdfast plan list" }) };
  }
  const { slug } = choice.value;
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const was = facts.value.state.delegations.has(slug);
  if (to === undefined || to === was) return ok({ plan: slug, isOn: was, isNew: false });
  const by = await workspace.author(slug);
  if (!by.ok) return by;
  const type = to ? "delegation.begun" : "delegation.ended";
  const written = facts.value.write(by.value, [{ type, plan: slug }]);
  return written.ok ? ok({ plan: slug, isOn: to, isNew: true }) : written;
}
