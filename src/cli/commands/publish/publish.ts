import { publish } from "../../../engine/records/exchange.ts";
import type { Run } from "../../command.ts";
import { withWorkspace } from "../../workspace.ts";
import type { publish as spec } from "../publish.ts";

export const publishPlans: Run<typeof spec> = (_input, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const published = await publish(workspace, global.plan);
    if (!published.ok) return published;
    if (global.json) return out.printJson({ published: published.value });
    for (const { plan, clones } of published.value) {
      out.print(
        clones.length === 0 ? `${plan}: nothing new` : `${plan}: published what is new of ${clones.join(", ")}`,
      );
    }
    if (published.value.some(({ clones }) => clones.length > 0)) {
      out.print("commit `.planning` with the code to share it");
    }
    return undefined;
  });
