import type { PlanCommand } from "../plan/commands.ts";
import { decide } from "../plan/decide/decide.ts";
import { copyState } from "../plan/draft.ts";
import { evolve } from "../plan/evolve/evolve.ts";
import { ok, type Result } from "../plan/refusal.ts";
import { performOn, type Performed } from "./perform.ts";
import type { PlanStore } from "./plans/plan-store.ts";

/** As `performOn`, but nothing is written unless the plan would take all of the commands. */
export async function performChecked(store: PlanStore, commands: readonly PlanCommand[]): Promise<Result<Performed>> {
  const taken = await wouldTake(store, commands);
  return taken.ok ? await performOn(store, commands) : taken;
}

/** Whether the plan would take all of the commands, each on what the last leaves; nothing is written. */
export async function wouldTake(store: PlanStore, commands: readonly PlanCommand[]): Promise<Result<void>> {
  const by = await store.workspace.author(store.slug);
  if (!by.ok) return by;
  let state = commands.length > 1 ? copyState(store.state) : store.state;
  for (const [index, command] of commands.entries()) {
    const header = store.header(by.value);
    const decision = decide(state, command, header);
    if ("refusal" in decision) return { ok: false, refusal: decision.refusal };
    if (index + 1 < commands.length) state = evolve(state, { ...header, events: decision.events }).state;
  }
  return ok(undefined);
}
