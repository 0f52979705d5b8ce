import type { PlanState } from "../../plan/state.ts";
import { PlanStore } from "./plan-store.ts";
import type { Workspace } from "../workspace.ts";

/** The state of a plan, for looking at only; undefined where it cannot be read. */
export function readPlan(workspace: Workspace, slug: string): PlanState | undefined {
  const store = PlanStore.open(workspace, slug);
  if (!store.ok) return undefined;
  const { state } = store.value;
  store.value.close();
  return state;
}
