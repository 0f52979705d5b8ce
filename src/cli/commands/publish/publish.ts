import { publish } from "../../../engine/exchange.ts";
import type { Run } from "../../command.ts";
import { openWorkspace } from "../../workspace.ts";
import type { publish as spec } from "../publish.ts";

export const publishPlans: Run<typeof spec> = async (_input, context) => {
  const { global, out } = context;
  const workspace = await openWorkspace(context);
  if (!workspace.ok) return workspace;
  const published = await publish(workspace.value, global.plan);
  if (!published.ok) return published;
  if (global.json) return out.printJson({ published: published.value });
  for (const { plan, clones } of published.value) {
    out.print(clones.length === 0 ? `${plan}: nothing new` : `${plan}: published what is new of ${clones.join(", ")}`);
  }
  if (published.value.some(({ clones }) => clones.length > 0)) {
    out.print("commit `.planning` with the code to share it");
  }
};
