import { lstatSync, readdirSync } from "node:fs";
import type { CommandOf } from "../../plan/commands.ts";
import { findTask } from "../../plan/decide/find.ts";
import { taskById } from "../../plan/graph.ts";
import { validateId } from "../../plan/names.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { Task } from "../../plan/state.ts";
import { makeFolder } from "../../workspace/files.ts";
import { performChecked } from "../perform-checked.ts";
import type { Performed } from "../perform.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import type { Workspace } from "../workspace.ts";
import {
  isTouchedSince,
  readOutputFile,
  readTaskFile,
  type RecordedTexts,
  recordedTexts,
  taskFolder,
} from "./output-files.ts";

/** What is recorded of a task's folder by itself: more, or larger, has to be recorded by name. */
const FOUND_OUTPUT_BYTES = 256 * 1024;
const FOUND_OUTPUTS = 20;
/** The largest text that one record can hold whatever its characters are. */
const OUTPUT_BYTES = 1024 * 1024;

/** Holdfast writes this one itself. */
const RESERVED = "blockers.md";
/** Texts that were saved beside a file of ours. */
const SAVED_BESIDE = /\.edited-[0-9a-f]{8}\.md$/;

/** The folder of a task's outputs, made where it is missing. */
export function makeTaskFolder({ workspace, slug }: PlanStore, task: Task): Result<string> {
  return makeFolder(workspace.place.planning, slug, "tasks", task.id);
}

export interface FoundOutputs {
  readonly outputs: readonly { readonly name: string; readonly text: string }[];
  /** Files that were left alone, each with the reason. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

/** The Markdown files in a task's folder that are new, or are not what was recorded under their name. */
function findNewOutputs(store: PlanStore, task: Task): Result<FoundOutputs> {
  const outputs: { name: string; text: string }[] = [];
  const skipped: { name: string; why: string }[] = [];
  let recorded: RecordedTexts | undefined;
  for (const name of listMarkdown(store, task)) {
    const read = readTaskFile(store, task, name, FOUND_OUTPUT_BYTES);
    const output = task.outputs.find((known) => known.name === name);
    if ("why" in read) skipped.push({ name, why: read.why });
    else if (!validateId(name).ok) skipped.push({ name, why: "its name cannot be an output's" });
    else if (output !== undefined && Buffer.byteLength(read.text) === output.bytes) {
      if (!isTouchedSince(read, output)) continue;
      const texts = recorded === undefined ? recordedTexts(store, [task]) : ok(recorded);
      if (!texts.ok) return texts;
      recorded = texts.value;
      if (recorded.get(task.id, name) !== read.text) outputs.push({ name, text: read.text });
    } else outputs.push({ name, text: read.text });
  }
  for (const { name } of outputs.splice(FOUND_OUTPUTS)) {
    skipped.push({ name, why: `only ${FOUND_OUTPUTS} files are recorded at once` });
  }
  return ok({ outputs, skipped });
}

function listMarkdown(store: PlanStore, task: Task): readonly string[] {
  const folder = taskFolder(store, task);
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const isCandidate = (name: string): boolean =>
    name.endsWith(".md") && !name.startsWith(".") && name.toLowerCase() !== RESERVED && !SAVED_BESIDE.test(name);
  return readdirSync(folder).filter(isCandidate).sort();
}

/** Reads a file that is to be recorded. */
export function readOutputSource(path: string): Result<string> {
  const read = readOutputFile(path, OUTPUT_BYTES);
  return "why" in read ? refused("bad-file", `${path}: ${read.why}`, { place: path }) : ok(read.text);
}

/** Records a text that a task hands on; it becomes a file in the task's folder. */
export async function recordOutput(
  workspace: Workspace,
  plan: string | undefined,
  output: Omit<CommandOf<"add-output">, "type">,
): Promise<Result<Performed>> {
  if (output.name.toLowerCase() === RESERVED) {
    return refused("bad-name", `${RESERVED} is written by Holdfast itself`, { hint: "holdfast task block records it" });
  }
  if (Buffer.byteLength(output.text) > OUTPUT_BYTES) {
    return refused("bad-output", `an output has at most ${OUTPUT_BYTES / 1024} KB`, {
      hint: "keep what is larger in the repository, and hand on its path",
    });
  }
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  try {
    return await performChecked(store.value, [{ type: "add-output", ...output }]);
  } finally {
    store.value.close();
  }
}

export interface Finished extends Performed {
  /** Outputs that were found in the task's folder and recorded first. */
  readonly recorded: readonly string[];
  readonly skipped: FoundOutputs["skipped"];
}

/** Calls a task implemented or done; what lies in its folder and is not recorded yet is recorded first. */
export async function finishTask(
  workspace: Workspace,
  plan: string | undefined,
  command: CommandOf<"implement-task"> | CommandOf<"finish-task">,
): Promise<Result<Finished>> {
  const opened = workspace.plan(plan);
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    const task = findTask(store.state, command.id);
    if ("refusal" in task) return { ok: false, refusal: task.refusal };
    const isOpen = task.found.status === "in_progress" || task.found.status === "implemented";
    const found = isOpen ? findNewOutputs(store, task.found) : ok({ outputs: [], skipped: [] });
    if (!found.ok) return found;
    const { id, fence } = command;
    const records = found.value.outputs.map((output): CommandOf<"add-output"> => {
      return { type: "add-output", id, ...output, ...(fence === undefined ? {} : { fence }) };
    });
    const proven = await withTrees(store, command);
    if (!proven.ok) return proven;
    const { changedBy } = await import("../attempts/attempt-diff.ts");
    const changed = isOpen ? await changedBy(workspace, store.state, task.found) : undefined;
    const finish = changed === undefined ? proven.value : { ...proven.value, changed };
    const done = await performChecked(store, [...records, finish]);
    if (!done.ok) return done;
    return ok({ ...done.value, recorded: records.map(({ name }) => name), skipped: found.value.skipped });
  } finally {
    store.close();
  }
}

/** Calling a task done is judged on the tree as it is: what its checks look at is looked at now. */
async function withTrees<C extends CommandOf<"implement-task"> | CommandOf<"finish-task">>(
  store: PlanStore,
  command: C,
): Promise<Result<C>> {
  if (command.type !== "finish-task") return ok(command);
  const { workspace, state } = store;
  const task = taskById(state, command.id);
  const { whyActDoubted } = await import("../proof/act-doubts.ts");
  const doubted = whyActDoubted(store, task);
  if (doubted !== undefined) return { ok: false, refusal: doubted };
  if (state.checks.length === 0 && task?.reviews === undefined) return ok(command);
  const { readTaskTrees } = await import("../proof/check-trees.ts");
  const trees = await readTaskTrees(workspace, state, command.id);
  return trees.ok ? ok({ ...command, trees: trees.value }) : trees;
}
