import { stopGoingOn } from "../../../engine/continuation/grants.ts";
import type { Run } from "../../command.ts";
import { withWorkspace } from "../../workspace.ts";
import type { stop } from "../continuation.ts";
import { printStand } from "./stand.ts";

export const stopAgent: Run<typeof stop> = async ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const stand = await stopGoingOn(workspace, context.global.plan, options.why);
    return stand.ok ? printStand(context, stand.value, workspace.now()) : stand;
  });
