import type { GoalView } from "../../../context/goal.ts";
import { isoTime } from "../../../context/time.ts";
import { listGoals } from "../../../engine/goals/goals.ts";
import type { Run } from "../../command.ts";
import { page } from "../../paging.ts";
import { bold, dim, inline, pad, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { list } from "../goal.ts";

export const listAllGoals: Run<typeof list> = async ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const goals = listGoals(workspace);
    if (!goals.ok) return goals;
    const isOpen = ({ status }: GoalView): boolean => status === "active" || status === "completed";
    const shown = goals.value.filter((goal) => options.all || isOpen(goal));
    const over = goals.value.length - shown.length;
    if (global.json) return out.printJson({ ...page(shown, options), over });
    const { session } = workspace.actor;
    const lines: Text[] = shown.map((goal) => describe(goal, session));
    if (lines.length === 0) lines.push(dim("no goal is unfinished"));
    if (over > 0) lines.push(dim(`${over} more that are over: holdfast goal list --all`));
    out.printLines(lines, { ...options, more: "holdfast goal list --all" });
  });

function describe(goal: GoalView, session: string): Text {
  const { id = "", status, title, doneWhen = "", setAt = 0, reason } = goal;
  return [
    goal.session === session ? "* " : "  ",
    pad(bold(id), 5),
    pad(status, 10),
    pad(inline(goal.session ?? ""), 24),
    ` ${isoTime(setAt)} `,
    bold(inline(title)),
    `; done when ${inline(doneWhen)}`,
    reason === undefined ? "" : dim(`; ${inline(reason)}`),
  ];
}
