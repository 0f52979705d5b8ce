import { renderTaskPlan } from "../context/task-plan.ts";
import { readContext } from "../engine/sessions/context.ts";
import { listPlanRows } from "../engine/plans/plan-rows.ts";
import type { Workspace } from "../engine/workspace.ts";
import { neutralizeLine } from "../context/neutralize.ts";
import { ok, refused, type Result } from "../plan/refusal.ts";

export interface ResourceEntry {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly mimeType: string;
}

const SCHEME = "holdfast://plan/";
const SHOWN = 50;

export const RESOURCE_TEMPLATES = [
  { uriTemplate: `${SCHEME}{slug}`, name: "plan", title: "A plan, whole", mimeType: "text/markdown" },
  { uriTemplate: `${SCHEME}{slug}/context`, name: "context", title: "A plan's hot context", mimeType: "text/plain" },
] as const;

/** The plans of the workspace, the latest first. */
export function listResources(workspace: Workspace): Result<readonly ResourceEntry[]> {
  const rows = listPlanRows(workspace);
  if (!rows.ok) return rows;
  return ok(
    rows.value.slice(0, SHOWN).map(({ slug, title }) => ({
      uri: SCHEME + slug,
      name: slug,
      title: neutralizeLine(title, 100),
      mimeType: "text/markdown",
    })),
  );
}

/** The text behind an address: the plan as its task_plan.md has it, or the block that a model gets. */
export async function readResource(
  workspace: Workspace,
  uri: string,
): Promise<Result<{ readonly text: string; readonly mimeType: string }>> {
  const [, slug, part] = /^holdfast:\/\/plan\/([^/]{1,200})(\/context)?$/.exec(uri) ?? [];
  if (slug === undefined) {
    return refused("no-such-resource", `there is no ${JSON.stringify(uri.slice(0, 120))} here`, {
      hint: `${SCHEME}<slug>, or ${SCHEME}<slug>/context`,
    });
  }
  if (part !== undefined) {
    const context = await readContext(workspace, slug);
    return context.ok ? ok({ text: context.value.text, mimeType: "text/plain" }) : context;
  }
  const store = workspace.plan(slug, { isReading: true });
  if (!store.ok) return store;
  const { state } = store.value;
  store.value.close();
  return ok({ text: renderTaskPlan(state), mimeType: "text/markdown" });
}
