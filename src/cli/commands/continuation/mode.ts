import { setMode, showStand } from "../../../engine/continuation/grants.ts";
import type { Run } from "../../command.ts";
import { withWorkspace } from "../../workspace.ts";
import type { mode } from "../continuation.ts";
import { printStand } from "./stand.ts";

export const showOrSetMode: Run<typeof mode> = async ({ args }, context) =>
  withWorkspace(context, async (workspace) => {
    const { plan } = context.global;
    const stand = args.mode === undefined ? showStand(workspace, plan) : await setMode(workspace, plan, args.mode);
    return stand.ok ? printStand(context, stand.value, workspace.now()) : stand;
  });
