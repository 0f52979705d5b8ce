import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { importPlan } from "../../../engine/import.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Run } from "../../command.ts";
import type { Io } from "../../io.ts";
import { reportPerformed } from "../../performed.ts";
import { readStdin } from "../../stdin.ts";
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
    const count = state.tasks.size;
    const missing = describeMissing(state.brief);
    const lines = [
      ["began ", bold(state.slug), `: ${inline(state.title)}, ${count} task${count === 1 ? "" : "s"}`],
      ...describeSwitch(made.value),
      ...(missing === undefined ? [] : [missing]),
    ];
    const tasks = Array.from(state.tasks.values(), ({ id }) => id);
    for (const warning of warnings) context.out.warn(warning);
    return reportPerformed(context, made.value, lines, { tasks, warnings, ...switchJson(made.value) });
  });
};

async function readSource(file: string, io: Io): Promise<Result<string>> {
  if (file === "-") return readStdin(io);
  try {
    return ok(await readFile(resolve(io.cwd, file), "utf8"));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return refused(isMissing ? "no-such-file" : "bad-file", `${file} cannot be read: ${(error as Error).message}`);
  }
}
