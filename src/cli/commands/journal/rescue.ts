import { rescuePlan as rescue } from "../../../engine/records/rescue.ts";
import type { Workspace } from "../../../engine/workspace.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import { counted } from "../../../plan/counted.ts";
import type { Run } from "../../command.ts";
import { inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { rescue as spec } from "../journal.ts";

export const rescuePlan: Run<typeof spec> = ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const chosen = choosePlan(workspace, global.plan);
    if (!chosen.ok) return chosen;
    const done = await rescue(workspace, chosen.value, options.from);
    if (!done.ok) return done;
    const { slug, source, records, tasks, mayLack, setAside } = done.value;
    if (global.json) return out.printJson(done.value);
    const from = source === "records" ? "its records" : source === "state" ? "state.json" : "the Markdown";
    out.print(`${slug}: a new journal of ${counted(records, "record")} and ${counted(tasks, "task")}, from ${from}`);
    if (source !== "records") out.print("what was done is marked as claimed: nothing stands behind it but this file");
    if (mayLack) out.print("records had been lost, and may lack here: state.json as it was kept may say what they did");
    for (const file of setAside) out.print(`kept: ${inline(file)}`);
    return undefined;
  });

/** Where nobody said which, a plan that is damaged is meant rather than one that is open; which of several is not guessed. */
function choosePlan(workspace: Workspace, flag: string | undefined): Result<string> {
  const choice = workspace.choose(flag);
  if (!choice.ok) return choice;
  const isGuess = choice.value.source === "latest" || choice.value.source === "none";
  const [damaged, ...others] = isGuess ? workspace.damaged() : [];
  if (damaged === undefined) return workspace.chosen(flag);
  if (others.length === 0) return ok(damaged);
  return refused("needs-plan", `${others.length + 1} plans are damaged here, and none was named`, {
    hint: `--plan ${[damaged, ...others].join(" or --plan ")}`,
  });
}
