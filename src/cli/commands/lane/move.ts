import { completeLane, moveLane, promoteLane, type LaneDone, type LaneStep } from "../../../engine/lanes/lanes.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { block, cancel, complete, promote, resume, start } from "../lane.ts";

export const startOne: Run<typeof start> = async ({ args }, context) => move(context, args.id, { type: "start-lane" });

export const resumeOne: Run<typeof resume> = async ({ args }, context) =>
  move(context, args.id, { type: "resume-lane" });

export const blockOne: Run<typeof block> = async ({ args, options }, context) =>
  move(context, args.id, { type: "block-lane", why: options.why });

export const cancelOne: Run<typeof cancel> = async ({ args, options }, context) =>
  move(context, args.id, { type: "cancel-lane", ...(options.why === undefined ? {} : { why: options.why }) });

const move = (context: Context, id: string, step: LaneStep): Promise<Outcome> =>
  withWorkspace(context, async (workspace) => {
    const done = await moveLane(workspace, context.global.plan, id, step);
    return done.ok ? report(context, done.value) : done;
  });

export const completeOne: Run<typeof complete> = async ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { summary, file } = options;
    const told = { files: file, ...(summary === undefined ? {} : { summary }) };
    const done = await completeLane(workspace, context.global.plan, args.id, told);
    return done.ok ? report(context, done.value) : done;
  });

function report(context: Context, done: LaneDone): void {
  const { id, status, why, summary } = done.lane;
  const said = status === "blocked" || status === "cancelled" ? why : status === "complete" ? summary : undefined;
  const line = ["lane ", bold(inline(id)), ` is ${status}${said === undefined ? "" : `: ${inline(said)}`}`];
  const { brief, result } = done;
  const more = { lane: id, status, ...(summary === undefined ? {} : { summary }), brief, result };
  reportPerformed(context, done, [line], more);
}

export const promoteOne: Run<typeof promote> = async ({ args }, context) =>
  withWorkspace(context, async (workspace) => {
    const done = await promoteLane(workspace, context.global.plan, args.id);
    if (!done.ok) return done;
    const { lane, section, items } = done.value;
    const lines = [
      ["lane ", bold(inline(lane.id)), `: ${items.length} from ${section} are findings of the plan now`],
      ...items.map((item) => `- ${inline(item)}`),
    ];
    return reportPerformed(context, done.value, lines, { lane: lane.id, section, items });
  });
