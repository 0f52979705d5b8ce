import { openLane } from "../../../engine/lanes/lanes.ts";
import type { Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { create } from "../lane.ts";

export const createOne: Run<typeof create> = async ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { id, kind, goal, deliverable, task } = options;
    const opened = await openLane(workspace, context.global.plan, {
      title: args.title.join(" "),
      constraints: options.constraint,
      success: options.success,
      start: options.start,
      ...(id === undefined ? {} : { id }),
      ...(kind === undefined ? {} : { kind }),
      ...(goal === undefined ? {} : { goal }),
      ...(deliverable === undefined ? {} : { deliverable }),
      ...(task === undefined ? {} : { task }),
    });
    if (!opened.ok) return opened;
    const { lane, brief, result } = opened.value;
    const isNew = opened.value.done.some(({ record }) => record !== undefined);
    const told = { lane: lane.id, kind: lane.kind, status: lane.status, brief, result };
    const head = [bold(inline(lane.id)), ` (${lane.kind}, ${lane.status}): ${inline(lane.title)}`];
    const lines = [["lane ", ...head], `brief  ${brief}`, `result ${result}`];
    if (!isNew && !context.global.json) return context.out.print(["there already: ", ...head]);
    return reportPerformed(context, opened.value, lines, told);
  });
