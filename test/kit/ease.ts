import { PlanStore } from "../../src/engine/plans/plan-store.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { valueOf } from "../../src/workspace/git-fixture.ts";
import type { Desk } from "./desk.ts";

/** A person lets go of all that a plan's gates ask for: for tests of everything else. */
export async function easePlan(desk: Desk, slug: string): Promise<void> {
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env() }));
  const store = valueOf(PlanStore.open(workspace, slug));
  const person = { session: "terminal:ada", role: "person", person: "ada" } as const;
  valueOf(store.append(store.header(person), [{ type: "plan.edited", pace: "ready", level: "claimed" }]));
  valueOf(store.project());
  store.close();
  workspace.close();
}
