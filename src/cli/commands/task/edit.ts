import { performChecked } from "../../../engine/perform-checked.ts";
import type { Workspace } from "../../../engine/workspace.ts";
import type { ClearableField, CommandOf, PlanCommand } from "../../../plan/commands.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import type { Context, Input, Run } from "../../command.ts";
import { readSource } from "../../stdin.ts";
import { readText } from "./add.ts";
import type { edit } from "./plan-specs.ts";
import { changeTask, given, named } from "./report.ts";

export const editTask: Run<typeof edit> = async (input, context) => {
  const commands = await readEdits(input, context);
  if (!commands.ok) return commands;
  if (commands.value.length === 0)
    return refused("usage-nothing-to-change", "say what is to change", { hint: "holdfast task edit --help" });
  const run = (workspace: Workspace) => runEdits(workspace, context.global.plan, commands.value);
  return await changeTask(context, input.args.id, run, (task) => ({ lines: [["changed ", named(task)]] }));
};

/** Nothing changes unless all of it can. */
async function runEdits(workspace: Workspace, plan: string | undefined, commands: readonly PlanCommand[]) {
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  try {
    return await performChecked(store.value, commands);
  } finally {
    store.value.close();
  }
}

async function readEdits(
  { args, options }: Input<typeof edit>,
  context: Context,
): Promise<Result<readonly PlanCommand[]>> {
  const { id } = args;
  const { parents, before, after, priority } = options;
  const clash =
    (parents !== undefined && options["no-parents"] && "--parents and --no-parents") ||
    (before !== undefined && after !== undefined && "--before and --after") ||
    (options.step.length > 0 && options["steps-from"] !== undefined && "--step and --steps-from");
  if (clash) return refused("usage-contradiction", `${clash} exclude each other`);
  const fields = await readFields(options, context);
  if (!fields.ok) return fields;
  const commands: PlanCommand[] = [];
  if (parents !== undefined || options["no-parents"]) {
    const ids = (parents ?? "").split(/[,\s]+/).filter((parent) => parent !== "");
    commands.push({ type: "reparent-task", id, parents: ids });
  }
  if (before !== undefined || after !== undefined || priority !== undefined) {
    commands.push({ type: "reorder-task", id, ...given({ before, after, priority }) });
  }
  const clear = options.clear.flatMap((field) => CLEARED[field] ?? []);
  if (Object.keys(fields.value).length > 0 || clear.length > 0) {
    commands.push({ type: "edit-task", id, fields: fields.value, ...(clear.length > 0 ? { clear } : {}) });
  }
  return ok(commands);
}

const CLEARED: Readonly<Record<string, ClearableField>> = {
  description: "description",
  kind: "kind",
  agent: "agent",
  "prompt-prefix": "promptPrefix",
  model: "model",
};

type Options = Input<typeof edit>["options"];
type Fields = CommandOf<"edit-task">["fields"];

async function readFields(options: Options, context: Context): Promise<Result<Fields>> {
  const description = await readText(options.description, context);
  if (!description.ok) return description;
  const steps = await readSteps(options, context);
  if (!steps.ok) return steps;
  const { title, kind, agent, model, clear } = options;
  const list = (values: readonly string[], name: "touches" | "outputs" | "reviewers") =>
    values.length > 0 || clear.includes(name) ? values : undefined;
  return ok(
    given({
      title,
      description: description.value,
      kind,
      agent,
      model,
      promptPrefix: options["prompt-prefix"],
      steps: steps.value ?? (clear.includes("steps") ? [] : undefined),
      touches: list(options.touch, "touches"),
      outputPaths: list(options.output, "outputs"),
      reviewers: list(options.reviewer, "reviewers"),
      newTests: options["new-tests"] || (clear.includes("new-tests") ? false : undefined),
    }) as Fields,
  );
}

async function readSteps(options: Options, context: Context): Promise<Result<readonly string[] | undefined>> {
  const source = options["steps-from"];
  if (source === undefined) return ok(options.step.length > 0 ? options.step : undefined);
  const text = await readSource(source, context.io);
  if (!text.ok) return text;
  const { parseSteps } = await import("../../../engine/tasks/task-input.ts");
  return await parseSteps(text.value, source === "-" ? "standard input" : source);
}
