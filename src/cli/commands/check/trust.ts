import { trustCheck as trust } from "../../../engine/check-trust.ts";
import type { Run } from "../../command.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { trust as spec } from "../check.ts";
import { commandLine } from "./check-row.ts";

export const trustCheck: Run<typeof spec> = ({ args: { id } }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const done = await trust(workspace, global.plan, id);
    if (!done.ok) return done;
    const { check, isNew } = done.value;
    if (global.json) return out.printJson({ check: check.id, command: check.command, trusted: true });
    out.print(commandLine(check));
    const { dir, env } = check;
    if (dir !== undefined) out.print(`in ${inline(dir)}`);
    for (const [name, value] of Object.entries(env)) out.print(`with ${inline(name)}=${inline(value)}`);
    return out.print([isNew ? "trusted " : "trusted already: ", bold(check.id)]);
  });
