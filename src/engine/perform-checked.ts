import type { PlanCommand } from "../plan/commands.ts";
import { decide } from "../plan/decide/decide.ts";
import type { Result } from "../plan/refusal.ts";
import { performOn, type Performed } from "./perform.ts";
import type { PlanStore } from "./plan-store.ts";

/**
 * As `performOn`, but nothing is written unless the plan as it is would take each of the commands. They must not build
 * on each other.
 */
export async function performChecked(store: PlanStore, commands: readonly PlanCommand[]): Promise<Result<Performed>> {
  const by = await store.workspace.author(store.slug);
  if (!by.ok) return by;
  for (const command of commands) {
    const decision = decide(store.state, command, store.header(by.value));
    if ("refusal" in decision) return { ok: false, refusal: decision.refusal };
  }
  return await performOn(store, commands);
}
