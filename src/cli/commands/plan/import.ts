import { importPlan } from "../../../engine/plans/import.ts";
import { counted } from "../../../plan/counted.ts";
import type { Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { readSource } from "../../stdin.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { importPlan as spec } from "../plan.ts";
import { describeMissing } from "./brief.ts";
import { describeSwitch, leaveFor, switchJson } from "./leave.ts";

export const importFile: Run<typeof spec> = async ({ args, options }, context) => {
  const text = await readSource(args.file, context.io);
  if (!text.ok) return text;
  const name = args.file === "-" ? "standard input" : args.file;
  return withWorkspace(context, async (workspace) => {
    const { slug } = options;
    const made = await leaveFor(context, options, (choice) =>
      importPlan(workspace, { text: text.value, name }, { ...choice, ...(slug === undefined ? {} : { slug }) }),
    );
    if (!made.ok) return made;
    const { state, warnings } = made.value;
    const missing = describeMissing(state.brief);
    const lines = [
      ["began ", bold(state.slug), `: ${inline(state.title)}, ${counted(state.tasks.size, "task")}`],
      ...describeSwitch(made.value),
      ...(missing === undefined ? [] : [missing]),
    ];
    const tasks = Array.from(state.tasks.values(), ({ id }) => id);
    for (const warning of warnings) context.out.warn(warning);
    return reportPerformed(context, made.value, lines, { tasks, warnings, ...switchJson(made.value) });
  });
};
