import { readdirSync } from "node:fs";
import { publishRecords } from "../../journal/publish.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { writeGitFiles } from "../../workspace/ignore.ts";
import { planLayout } from "../layout.ts";
import { isNoFolder, PlanStore } from "../plans/plan-store.ts";
import type { Workspace } from "../workspace.ts";

export interface Published {
  readonly plan: string;
  /** Clones whose copy has grown, this one and others. */
  readonly clones: readonly string[];
}

/** Lets Git see the published records of every plan, and publishes what there is. */
export async function trackWorkspace(workspace: Workspace): Promise<Result<readonly Published[]>> {
  const prepared = workspace.prepare();
  if (!prepared.ok) return prepared;
  const shown = writeGitFiles(workspace.place.planning, true);
  return shown.ok ? publishPlans(workspace, workspace.slugs()) : shown;
}

export const isTracked = (workspace: Workspace): boolean => {
  try {
    return readdirSync(workspace.place.planning).includes(".gitattributes");
  } catch {
    return false;
  }
};

/** Publishes one plan, or all: its records are copied to `published/`, to be committed with the code. */
export async function publish(workspace: Workspace, plan: string | undefined): Promise<Result<readonly Published[]>> {
  if (!isTracked(workspace)) {
    return refused("needs-decision", "this workspace keeps its plans out of Git", {
      hint: "holdfast init --track lets Git see the published records",
    });
  }
  if (plan === undefined) return publishPlans(workspace, workspace.slugs());
  const choice = workspace.choose(plan);
  if (!choice.ok) return choice;
  return choice.value.source === "none" ? ok([]) : publishPlans(workspace, [choice.value.slug]);
}

function publishPlans(workspace: Workspace, slugs: readonly string[]): Result<readonly Published[]> {
  const identity = workspace.identity();
  if (!identity.ok) return identity;
  const published: Published[] = [];
  for (const plan of slugs) {
    // Opening takes in what others published, so that nothing of theirs is left behind.
    const store = PlanStore.open(workspace, plan);
    if (!store.ok) return store;
    store.value.close();
    const layout = planLayout(workspace.layout, plan);
    if (isNoFolder(layout.published)) {
      return refused("not-a-folder", `${layout.published} is a link or a file, where published records belong`, {
        hint: "Move it elsewhere; holdfast publish makes the folder anew.",
        place: layout.published,
      });
    }
    const clones = publishRecords({ own: identity.value.id, dir: layout.journal, published: layout.published });
    if (!clones.ok) return clones;
    published.push({ plan, clones: clones.value });
  }
  return ok(published);
}
