import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OutputText } from "../../context/prompt-outputs.ts";
import type { CommandOf } from "../../plan/commands.ts";
import { findTask } from "../../plan/decide/find.ts";
import { taskById } from "../../plan/graph.ts";
import { validateId } from "../../plan/names.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { Output, Task } from "../../plan/state.ts";
import { containedPath } from "../../workspace/contained-path.ts";
import { codeOf, makeFolder } from "../../workspace/files.ts";
import { performChecked } from "../perform-checked.ts";
import type { Performed } from "../perform.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import { replay } from "../records/replay.ts";
import type { Workspace } from "../workspace.ts";

/** What is recorded of a task's folder by itself: more, or larger, has to be recorded by name. */
export const FOUND_OUTPUT_BYTES = 256 * 1024;
export const FOUND_OUTPUTS = 20;
/** The largest text that one record can hold whatever its characters are. */
const OUTPUT_BYTES = 1024 * 1024;

/** Holdfast writes this one itself. */
const RESERVED = "blockers.md";
/** Texts that were saved beside a file of ours. */
const SAVED_BESIDE = /\.edited-[0-9a-f]{8}\.md$/;

/** Where a task's outputs are kept as files, whether or not the folder is there. */
export const taskFolder = (store: PlanStore, task: Task): string => join(store.layout.folder, "tasks", task.id);

/** The same, made where it is missing. */
export function makeTaskFolder({ workspace, slug }: PlanStore, task: Task): Result<string> {
  return makeFolder(workspace.place.planning, slug, "tasks", task.id);
}

export interface FoundOutputs {
  readonly outputs: readonly { readonly name: string; readonly text: string }[];
  /** Files that were left alone, each with the reason. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

/** The Markdown files in a task's folder that are new, or are not what was recorded under their name. */
export function findNewOutputs(store: PlanStore, task: Task): Result<FoundOutputs> {
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

interface OutputFile {
  readonly text: string;
  readonly changedAt: number;
}

/** A file of a task's folder, wherever links in the way to it lead, unless they lead out of the plan's folder. */
function readTaskFile(
  store: PlanStore,
  task: Task,
  name: string,
  maxBytes: number,
): OutputFile | { readonly why: string } {
  const folder = containedPath(store.layout.folder, join("tasks", task.id));
  return folder.ok
    ? readOutputFile(join(folder.value, name), maxBytes)
    : { why: "its folder is a link that leads out" };
}

/** A plain file's text; links are not followed, and nothing is waited for. */
function readOutputFile(path: string, maxBytes: number): OutputFile | { readonly why: string } {
  let descriptor: number;
  try {
    if (lstatSync(path).isSymbolicLink()) return { why: "it is a link" };
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return { why: `it cannot be read (${codeOf(error)})` };
  }
  try {
    const { size, mtimeMs } = fstatSync(descriptor);
    if (!fstatSync(descriptor).isFile()) return { why: "it is not a plain file" };
    if (size > maxBytes) return { why: `it is larger than ${maxBytes / 1024} KB` };
    const bytes = readFileSync(descriptor);
    if (bytes.length > maxBytes) return { why: `it is larger than ${maxBytes / 1024} KB` };
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), changedAt: mtimeMs };
  } catch {
    return { why: "it is not text in UTF-8" };
  } finally {
    closeSync(descriptor);
  }
}

/** A file is written right after its record; only one that was written later can differ at the same length. */
const WRITTEN_WITHIN_MS = 2000;
const isTouchedSince = ({ changedAt }: OutputFile, { at }: Output): boolean => changedAt > at + WRITTEN_WITHIN_MS;

interface RecordedTexts {
  /** By the task's display id and the output's name. */
  get(task: string, name: string): string | undefined;
}

/** What the journal says that these tasks handed on. Costs the history. */
function recordedTexts({ workspace, slug }: PlanStore, tasks: readonly Task[]): Result<RecordedTexts> {
  const wanted = new Set(tasks.map(({ id }) => id));
  const texts = new Map<string, string>();
  const replayed = replay(workspace, slug, ({ apply }) => {
    const applied = apply();
    for (const spill of applied.spills ?? []) {
      if (spill.kind === "output" && wanted.has(spill.task)) texts.set(`${spill.task}/${spill.name}`, spill.text);
    }
    return applied;
  });
  if (!replayed.ok) return replayed;
  return ok({ get: (task, name) => texts.get(`${task}/${name}`) });
}

export interface ReadOutputs {
  readonly texts: readonly OutputText[];
  /** Files that are gone or changed: the text is what was recorded. */
  readonly restored: readonly { readonly task: string; readonly name: string; readonly why: "missing" | "changed" }[];
}

/** The outputs of tasks as they were recorded: from their files, and from the journal where those say otherwise. */
export function readOutputs(store: PlanStore, tasks: readonly Task[]): Result<ReadOutputs> {
  const texts: OutputText[] = [];
  const doubtful: { task: Task; output: Output; file: OutputFile | undefined }[] = [];
  for (const task of tasks) {
    for (const output of task.outputs) {
      const read = readTaskFile(store, task, output.name, output.bytes);
      const file = "why" in read ? undefined : read;
      const isSame =
        file !== undefined && Buffer.byteLength(file.text) === output.bytes && !isTouchedSince(file, output);
      if (isSame) texts.push({ task: task.id, name: output.name, text: file.text });
      else doubtful.push({ task, output, file });
    }
  }
  if (doubtful.length === 0) return ok({ texts, restored: [] });
  const recorded = recordedTexts(
    store,
    doubtful.map(({ task }) => task),
  );
  if (!recorded.ok) return recorded;
  const restored: { task: string; name: string; why: "missing" | "changed" }[] = [];
  for (const { task, output, file } of doubtful) {
    const text = recorded.value.get(task.id, output.name);
    if (text === undefined) continue;
    texts.push({ task: task.id, name: output.name, text });
    if (text === file?.text) continue;
    const isThere = lstatSync(join(taskFolder(store, task), output.name), { throwIfNoEntry: false }) !== undefined;
    restored.push({ task: task.id, name: output.name, why: isThere ? "changed" : "missing" });
  }
  return ok({ texts, restored });
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
