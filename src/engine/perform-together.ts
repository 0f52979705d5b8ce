import type { PlanCommand } from "../plan/commands.ts";
import { decide } from "../plan/decide/decide.ts";
import { copyState } from "../plan/draft.ts";
import { evolve } from "../plan/evolve/evolve.ts";
import type { PlanEvent } from "../plan/events.ts";
import { ok, type Result } from "../plan/refusal.ts";
import type { Performed } from "./perform.ts";
import type { PlanStore } from "./plans/plan-store.ts";
import { sayReopened, standingOf } from "./plans/reopened.ts";

/**
 * Runs commands as one record: all of them or none. Each is decided on what the ones before it made. A command that
 * adds tasks must come first, since ids of new tasks count from the record's beginning.
 */
export async function performTogether(store: PlanStore, commands: readonly PlanCommand[]): Promise<Result<Performed>> {
  const { workspace, slug } = store;
  const by = await workspace.author(slug);
  if (!by.ok) return by;
  const header = store.header(by.value);
  const events: PlanEvent[] = [];
  const advice: string[] = [];
  let { state } = store;
  for (const command of commands) {
    const decision = decide(state, command, header);
    if ("refusal" in decision) return { ok: false, refusal: decision.refusal };
    events.push(...decision.events);
    if (decision.advice !== undefined) advice.push(decision.advice);
    if (commands.length > 1) state = evolve(copyState(store.state), { ...header, events }).state;
  }
  workspace.beat();
  if (events.length === 0) return ok({ slug, state: store.state, done: [], advice, edited: [] });
  const before = standingOf(store.state);
  const written = store.append(header, events);
  if (!written.ok) return written;
  advice.push(...sayReopened(before, store.state));
  const report = store.project();
  if (!report.ok) return report;
  const done = [{ record: written.value, state: store.state, advice: [] }];
  return ok({ slug, state: store.state, done, advice, edited: report.value.edited });
}
