import { renderPlan, type Rendered } from "../../../engine/plans/render.ts";
import type { Workspace } from "../../../engine/workspace.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Run } from "../../command.ts";
import { warnOfEdits } from "../../performed.ts";
import { withWorkspace } from "../../workspace.ts";
import type { render } from "../render.ts";

export const renderPlans: Run<typeof render> = async ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    if (options.all && global.plan !== undefined) {
      return refused("usage-contradiction", "--all renders every plan and --plan one: choose");
    }
    const slugs = options.all ? ok(workspace.slugs()) : chosen(workspace, global.plan);
    if (!slugs.ok) return slugs;
    const rendered: Rendered[] = [];
    for (const slug of slugs.value) {
      out.progress(`writing ${slug}`);
      const one = renderPlan(workspace, slug);
      if (!one.ok) return one;
      rendered.push(one.value);
      warnOfEdits(out, one.value.edited);
    }
    if (global.json) return out.printJson({ plans: rendered });
    for (const { plan, dir, revision } of rendered) out.print(`${plan}: written at revision ${revision}, in ${dir}`);
    return undefined;
  });

function chosen(workspace: Workspace, plan: string | undefined): Result<readonly string[]> {
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  store.value.close();
  return ok([store.value.slug]);
}
