import { renderStatus, type BoardView } from "../../../context/board.ts";
import { viewStanding } from "../../../context/standing.ts";
import { statusJson } from "../../../context/status-json.ts";
import { standingIn } from "../../../engine/continuation/grants.ts";
import type { PlanStore } from "../../../engine/plans/plan-store.ts";
import type { Workspace } from "../../../engine/workspace.ts";
import type { Context, Run } from "../../command.ts";
import { withPlan } from "../../workspace.ts";
import type { status } from "../status.ts";

export const showStatus: Run<typeof status> = async ({ options }, context) =>
  withPlan(context, async (store, workspace) => {
    const view = await viewOf(workspace, store, options.all);
    if (!view.ok) return view;
    tellProblems(context, store);
    if (options.watch) {
      const { watchStatus } = await import("./watch.ts");
      return watchStatus(context, store, view.value);
    }
    if (context.global.json) return context.out.printJson(statusJson(store.state, view.value()));
    return context.out.print(renderStatus(store.state, view.value()).trimEnd());
  });

/** How this caller sees the plan at the moment it is called. */
export type ViewNow = () => BoardView;

async function viewOf(workspace: Workspace, store: PlanStore, isWhole: boolean) {
  const author = await workspace.author(store.slug);
  if (!author.ok) return author;
  const { session, role } = author.value;
  const whole = isWhole ? { isWhole } : {};
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const standing = viewStanding(standingIn(workspace, facts.value.state, store.slug));
  return { ok: true as const, value: (): BoardView => ({ now: workspace.now(), session, role, standing, ...whole }) };
}

function tellProblems({ out }: Context, store: PlanStore): void {
  // That a newer program wrote is told whenever a plan is read.
  const problems = store.problems.filter(({ reason }) => reason !== "newer-format");
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  out.warn(`the journal has ${count}: ${problems[0]!.message} (holdfast journal verify)`);
}
