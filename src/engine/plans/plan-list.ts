import type { PlanListing } from "../../workspace/resolve-plan.ts";
import { readFreshHead } from "./fresh-head.ts";
import { planLayout } from "../layout.ts";
import { PlanStore } from "./plan-store.ts";
import type { Workspace } from "../workspace.ts";

/** Every plan by its head; those whose head is old are folded. Damaged plans are listed as `none`, never hidden. */
export function listHeads(workspace: Workspace): readonly PlanListing[] {
  return workspace.slugs().map((slug): PlanListing => {
    const fresh = readFreshHead(planLayout(workspace.layout, slug));
    if (fresh !== undefined) {
      const { aliases, status, updatedAt } = fresh;
      return { slug, aliases, status, updatedAt };
    }
    const opened = PlanStore.open(workspace, slug);
    if (!opened.ok) return { slug, aliases: [], status: "none", updatedAt: 0 };
    const { aliases, status, updatedAt } = opened.value.state;
    opened.value.close();
    return { slug, aliases, status, updatedAt };
  });
}
