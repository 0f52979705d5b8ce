import { readContext } from "../../../engine/sessions/context.ts";
import type { Run } from "../../command.ts";
import { withWorkspace } from "../../workspace.ts";
import type { context as spec } from "../context.ts";

export const printContext: Run<typeof spec> = async ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const { budget, bytes, since } = options;
    const hot = await readContext(workspace, global.plan, {
      ...(budget === undefined ? {} : { tokens: budget }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(since === undefined ? {} : { since }),
    });
    if (!hot.ok) return hot;
    if (global.json) return out.printJson(hot.value);
    // As it is: the renderer has made it safe, and `print` would break its markers.
    if (hot.value.text !== "") out.write(`${hot.value.text}\n`);
    return undefined;
  });
