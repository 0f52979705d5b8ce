import { readFreshHead, type HeadFile } from "./fresh-head.ts";
import { makeHead } from "./head-file.ts";
import { planLayout } from "../layout.ts";
import { PlanStore } from "./plan-store.ts";
import type { Workspace } from "../workspace.ts";

/** The head of a plan, from its file where that is fresh; undefined for what cannot be read or has no records. */
export function headOfPlan(workspace: Workspace, slug: string): HeadFile | undefined {
  const layout = planLayout(workspace.layout, slug);
  const fresh = readFreshHead(layout);
  if (fresh !== undefined) return fresh;
  const store = PlanStore.open(workspace, slug);
  if (!store.ok) return undefined;
  const { state } = store.value;
  store.value.close();
  return state.status === "none" ? undefined : makeHead(state, layout, workspace.settings);
}
