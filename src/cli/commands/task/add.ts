import { perform, type Performed } from "../../../engine/perform.ts";
import type { TaskInput } from "../../../plan/commands.ts";
import { judgeTasks } from "../../../engine/tasks/judge-tasks.ts";
import type { TaskJudge } from "../../../engine/tasks/task-input.ts";
import { ok, refused, type Refusal, type Result } from "../../../plan/refusal.ts";
import type { Task, TaskUid } from "../../../plan/state.ts";
import type { Context, Input, Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { readSource, readStdin } from "../../stdin.ts";
import { dim, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import { given, named, rowOf } from "./report.ts";
import type { add } from "./plan-specs.ts";

export const addTask: Run<typeof add> = (input, context) =>
  withWorkspace(context, async (workspace) => {
    const judge = (tasks: readonly TaskInput[]): readonly Refusal[] =>
      judgeTasks(workspace, context.global.plan, tasks);
    const tasks = await readTasks(input, context, judge);
    if (!tasks.ok) return tasks;
    const done = await perform(workspace, context.global.plan, { type: "add-tasks", tasks: tasks.value });
    if (!done.ok) return done;
    const added = addedTasks(done.value);
    const rows = added.map((task) => rowOf(done.value.state, task, workspace.now()));
    const about = rows.length === 1 ? { task: rows[0], tasks: rows } : { tasks: rows };
    return reportPerformed(context, done.value, addedLines(done.value, added), about);
  });

function addedTasks({ state, done }: Performed): readonly Task[] {
  const added = done.flatMap(({ record }) =>
    (record?.events ?? []).flatMap((_, index) => state.tasks.get(`${record?.id}.${index}` as TaskUid) ?? []),
  );
  return added.sort((a, b) => a.order - b.order);
}

const LISTED = 40;

function addedLines({ state }: Performed, added: readonly Task[]): readonly Text[] {
  const line = (task: Task): Text => {
    const parents = task.parents.flatMap((uid) => state.tasks.get(uid)?.id ?? []);
    return [
      "added ",
      named(task),
      dim(` (wave ${task.wave}${parents.length > 0 ? `, after ${parents.join(", ")}` : ""})`),
    ];
  };
  const left = added.length - LISTED;
  return [...added.slice(0, LISTED).map(line), ...(left > 0 ? [dim(`… ${left} more: holdfast task list`)] : [])];
}

const FIELDS = [
  "id",
  "description",
  "kind",
  "step",
  "parent",
  "touch",
  "agent",
  "prompt-prefix",
  "model",
  "output",
  "reviewer",
] as const satisfies readonly (keyof Input<typeof add>["options"])[];

async function readTasks(
  input: Input<typeof add>,
  context: Context,
  judge: TaskJudge,
): Promise<Result<readonly TaskInput[]>> {
  const { args, options } = input;
  const isStdin = args.title.length === 1 && args.title[0] === "-";
  const source = isStdin ? "-" : options.from;
  if (source === undefined) return await readOne(input, context);
  const isFieldGiven = FIELDS.some((name) => options[name] !== undefined && options[name].length !== 0);
  if (
    isFieldGiven ||
    options["new-tests"] ||
    options.priority !== undefined ||
    (options.from !== undefined && args.title.length > 0)
  ) {
    return refused("usage-two-sources", "the tasks come from a document: what they are stands there, not in options");
  }
  const text = await readSource(source, context.io);
  if (!text.ok) return text;
  const { parseTaskDocument } = await import("../../../engine/tasks/task-input.ts");
  const parsed = await parseTaskDocument(text.value, source === "-" ? "standard input" : source, judge);
  if (!parsed.ok) return parsed;
  for (const warning of parsed.value.warnings) context.out.warn(warning);
  return ok(parsed.value.tasks);
}

async function readOne({ args, options }: Input<typeof add>, context: Context): Promise<Result<readonly TaskInput[]>> {
  const title = args.title.join(" ");
  if (title.trim() === "") return refused("usage-missing-argument", "<title> is missing, or --from <file>");
  const description = await readText(options.description, context);
  if (!description.ok) return description;
  const lists = {
    steps: options.step,
    parents: options.parent,
    touches: options.touch,
    outputPaths: options.output,
    reviewers: options.reviewer,
  };
  const filled = Object.entries(lists).filter(([, list]) => list.length > 0);
  const { id, kind, priority, agent, model } = options;
  const optional = given({
    id,
    description: description.value,
    kind,
    priority,
    agent,
    model,
    promptPrefix: options["prompt-prefix"],
    newTests: options["new-tests"] || undefined,
  });
  return ok([{ title, ...optional, ...Object.fromEntries(filled) }]);
}

/** An option's text; `-` is all of standard input. */
export async function readText(text: string | undefined, context: Context): Promise<Result<string | undefined>> {
  if (text !== "-") return ok(text);
  const read = await readStdin(context.io);
  return read.ok ? ok(read.value.trimEnd()) : read;
}
