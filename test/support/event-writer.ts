import { PlanStore } from "../../src/engine/plans/plan-store.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import type { PlanEvent } from "../../src/plan/events.ts";
import type { Result } from "../../src/plan/refusal.ts";

/** Appends one record with the events given as JSON to the plan given first, and prints its id: what no command does. */
async function write(plan = "", events = "[]"): Promise<void> {
  const workspace = must(await Workspace.open({ cwd: process.cwd(), env: process.env }));
  const store = must(PlanStore.open(workspace, plan));
  const by = must(await workspace.author(plan));
  const record = must(store.append(store.header(by), JSON.parse(events) as readonly PlanEvent[]));
  must(store.project());
  process.stdout.write(record.id);
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.refusal.message);
  return result.value;
}

void write(...process.argv.slice(2));
