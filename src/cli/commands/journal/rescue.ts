import { rescuePlan as rescue } from "../../../engine/records/rescue.ts";
import { counted } from "../../../plan/counted.ts";
import type { Run } from "../../command.ts";
import { inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { rescue as spec } from "../journal.ts";

export const rescuePlan: Run<typeof spec> = ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const chosen = workspace.chosen(global.plan);
    if (!chosen.ok) return chosen;
    const done = await rescue(workspace, chosen.value, options.from);
    if (!done.ok) return done;
    const { slug, source, records, tasks, setAside } = done.value;
    if (global.json) return out.printJson(done.value);
    const from = source === "records" ? "its records" : source === "state" ? "state.json" : "the Markdown";
    out.print(`${slug}: a new journal of ${counted(records, "record")} and ${counted(tasks, "task")}, from ${from}`);
    if (source !== "records") out.print("what was done is marked as claimed: nothing stands behind it but this file");
    for (const file of setAside) out.print(`kept: ${inline(file)}`);
    return undefined;
  });
