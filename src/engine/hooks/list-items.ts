import { itemsOfPlan } from "../../context/list-items.ts";
import type { ListItem } from "../../context/plan-item.ts";
import { standingOf } from "./host-standing.ts";
import { PlanStore } from "../plans/plan-store.ts";
import type { Workspace } from "../workspace.ts";

/** The plan of the caller's session as items of its host's own list; undefined where it is on none. */
export function itemsFor(workspace: Workspace): readonly ListItem[] | undefined {
  const standing = standingOf(workspace);
  if (!standing.ok || standing.value.kind !== "bound") return undefined;
  const store = PlanStore.open(workspace, standing.value.head.slug);
  if (!store.ok) return undefined;
  const { state } = store.value;
  store.value.close();
  return itemsOfPlan(state);
}
