import { showLane } from "../../../engine/lanes/lanes.ts";
import type { Lane, LaneStatus } from "../../../plan/state.ts";
import type { Run } from "../../command.ts";
import { page } from "../../paging.ts";
import { bold, dim, inline, pad, type Text } from "../../text.ts";
import { withPlan, withWorkspace } from "../../workspace.ts";
import type { list, show } from "../lane.ts";

const ORDER: readonly LaneStatus[] = ["running", "blocked", "pending", "complete", "cancelled"];

export const listAll: Run<typeof list> = ({ options }, context) =>
  withPlan(context, ({ state, slug }) => {
    const { global, out } = context;
    const lanes = [...state.lanes.values()]
      .filter(({ kind }) => options.kind === undefined || kind === options.kind)
      .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.at - b.at);
    if (global.json) return out.printJson({ plan: slug, ...page(lanes, options) });
    if (lanes.length === 0) return out.print(`${inline(slug)} has no lanes`);
    return out.printLines(lanes.map(describe), { ...options, more: "holdfast lane list --all" });
  });

const describe = ({ id, kind, status, title, promoted, why }: Lane): Text => [
  pad(bold(inline(id)), 28),
  " ",
  pad(status, 9),
  " ",
  pad(kind, 9),
  ` ${inline(title)}`,
  status === "blocked" && why !== undefined ? dim(`: ${inline(why)}`) : "",
  promoted === undefined ? "" : dim(" (promoted)"),
];

export const showOne: Run<typeof show> = async ({ args }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const shown = showLane(workspace, global.plan, args.id);
    if (!shown.ok) return shown;
    const { plan, lane, task, brief, result, written } = shown.value;
    if (global.json) return out.printJson({ plan, ...lane, task: task ?? null, brief, result, written });
    out.print([bold(inline(lane.id)), ` (${lane.kind}, ${lane.status}): ${inline(lane.title)}`]);
    const line = (name: string, text: string | undefined): void => {
      if (text !== undefined && text !== "") out.print([dim(pad(name, 12)), inline(text)]);
    };
    line("goal", lane.goal);
    for (const constraint of lane.constraints) line("constraint", constraint);
    line("deliverable", lane.deliverable);
    for (const success of lane.success) line("success", success);
    line("task", task);
    line("opened by", lane.session);
    line("why", lane.why);
    line("summary", lane.summary);
    for (const text of written) if (text !== lane.summary) line("so far", text);
    for (const file of lane.files) line("file", file);
    for (const item of lane.promoted ?? []) line("promoted", item);
    line("brief", brief);
    line("result", result);
  });
