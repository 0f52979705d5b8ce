import { describeGrant, viewStanding } from "../../../context/standing.ts";
import type { Stand } from "../../../engine/continuation/grants.ts";
import type { Context } from "../../command.ts";
import { dim, inline, pad } from "../../text.ts";

/** Prints `lines`, and how things stand after them; under --json the one record of it. */
export function printStand({ global, out }: Context, stand: Stand, now: number, lines: readonly string[] = []): void {
  const { subject, work, standing } = stand;
  const view = viewStanding(standing);
  if (global.json) {
    out.printJson({ subject, plan: work.plan ?? null, mode: null, grant: null, stopped: null, ...view });
    return;
  }
  for (const line of lines) out.print(inline(line));
  out.print([dim(pad("mode", 11)), view.mode ?? "not set"]);
  out.print([dim(pad("by itself", 11)), inline(describeGrant(view, now))]);
}
