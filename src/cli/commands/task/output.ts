import { join, resolve } from "node:path";
import type { PlanStore } from "../../../engine/plans/plan-store.ts";
import { readOutputs, taskFolder } from "../../../engine/tasks/output-files.ts";
import { makeTaskFolder, readOutputSource, recordOutput } from "../../../engine/tasks/task-outputs.ts";
import { findTask } from "../../../plan/decide/find.ts";
import { parentsOf } from "../../../plan/graph.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import { suggest } from "../../../plan/suggest.ts";
import type { Task } from "../../../plan/state.ts";
import type { Context, Input, Outcome, Run } from "../../command.ts";
import { readStdin } from "../../stdin.ts";
import { withPlan } from "../../workspace.ts";
import { changeTask, given, named } from "./report.ts";
import type { dir, output } from "./work-specs.ts";

const DEFAULT_NAME = "output.md";

type Options = Input<typeof output>["options"];

export const handleOutput: Run<typeof output> = async ({ args, options }, context) => {
  const { file, text, list, dir: folder, parents } = options;
  const name = args.name ?? options.name;
  const modes = [file !== undefined, text !== undefined, list, folder, parents].filter(Boolean).length;
  if (modes > 1) return refused("usage-contradiction", "one of --file, --text, --list, --dir and --parents at a time");
  if (args.name !== undefined && options.name !== undefined && args.name !== options.name) {
    return refused("usage-contradiction", `the output is named twice: ${args.name} and ${options.name}`);
  }
  if (file !== undefined || text !== undefined) return await record(context, args.id, name ?? DEFAULT_NAME, options);
  return await withTask(context, args.id, (store, task) => {
    if (folder) return printPath(context, store, task, makeTaskFolder(store, task));
    if (parents) return printOutputs(context, store, task, parentsOf(store.state, task));
    if (list || name === undefined) return printOutputs(context, store, task, [task]);
    return printOutput(context, store, task, name);
  });
};

export const printFolder: Run<typeof dir> = ({ args, options }, context) =>
  withTask(context, args.id, (store, task) =>
    printPath(context, store, task, options.make ? makeTaskFolder(store, task) : ok(taskFolder(store, task))),
  );

const withTask = (context: Context, id: string, act: (store: PlanStore, task: Task) => Outcome): Promise<Outcome> =>
  withPlan(context, (store) => {
    const task = findTask(store.state, id);
    return "refusal" in task ? { ok: false, refusal: task.refusal } : act(store, task.found);
  });

async function record(context: Context, id: string, name: string, options: Options): Promise<Outcome> {
  const text = await readRecorded(options, context);
  if (!text.ok) return text;
  let path = "";
  return await changeTask(
    context,
    id,
    async (workspace) => {
      const done = await recordOutput(workspace, context.global.plan, {
        id,
        name,
        text: text.value,
        ...given({ fence: options.fence }),
      });
      if (done.ok) path = join(workspace.place.planning, done.value.slug, "tasks");
      return done;
    },
    (task) => {
      const file = join(path, task.id, name);
      const bytes = Buffer.byteLength(text.value);
      return {
        lines: [["recorded ", name, " of ", named(task)], `${file} (${bytes} bytes)`],
        more: { output: { name, bytes, path: file } },
      };
    },
  );
}

async function readRecorded({ file, text }: Options, { io }: Context): Promise<Result<string>> {
  if (file === undefined) return ok(text ?? "");
  return file === "-" ? await readStdin(io) : readOutputSource(resolve(io.cwd, file));
}

function printPath({ global, out }: Context, { state }: PlanStore, task: Task, path: Result<string>): Outcome {
  if (!path.ok) return path;
  if (global.json)
    return out.printJson({ plan: state.slug, revision: state.revision, task: task.id, path: path.value });
  out.print(path.value);
}

function printOutputs({ global, out }: Context, store: PlanStore, task: Task, from: readonly Task[]): Outcome {
  const { slug, revision } = store.state;
  const outputs = from.flatMap((owner) =>
    owner.outputs.map((each) => ({ task: owner.id, ...each, path: join(taskFolder(store, owner), each.name) })),
  );
  if (global.json) return out.printJson({ plan: slug, revision, task: task.id, outputs });
  out.printLines(
    outputs.map(({ path }) => path),
    { all: true, more: "" },
  );
}

function printOutput({ global, out, io }: Context, store: PlanStore, task: Task, name: string): Outcome {
  if (!task.outputs.some((each) => each.name === name)) {
    const near = suggest(
      name,
      task.outputs.map((each) => each.name),
    );
    return refused("no-such-output", `${task.id} has handed on no ${JSON.stringify(name)}`, {
      hint: near.length > 0 ? `did you mean ${near.join(", ")}?` : "--file <path>, --file - or --text records it",
    });
  }
  const read = readOutputs(store, [{ ...task, outputs: task.outputs.filter((each) => each.name === name) }]);
  if (!read.ok) return read;
  const { text = "" } = read.value.texts[0] ?? {};
  const { slug, revision } = store.state;
  if (global.json) return out.printJson({ plan: slug, revision, task: task.id, name, text });
  // A file that it is sent to gets what was recorded, byte for byte.
  if (io.stdout.isTTY === true) return out.print(text.replace(/\n$/, ""));
  return out.write(text);
}
