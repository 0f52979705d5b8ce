import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OutputText } from "../../context/prompt-outputs.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import type { Output, Task } from "../../plan/state.ts";
import { containedPath } from "../../workspace/contained-path.ts";
import { codeOf } from "../../workspace/files.ts";
import { PlanStore } from "../plans/plan-store.ts";
import { replay } from "../records/replay.ts";
import type { Workspace } from "../workspace.ts";

/** Where a task's outputs are kept as files, whether or not the folder is there. */
export const taskFolder = (store: PlanStore, task: Task): string => join(store.layout.folder, "tasks", task.id);

interface OutputFile {
  readonly text: string;
  readonly changedAt: number;
}

/** A file of a task's folder, wherever links in the way to it lead, unless they lead out of the plan's folder. */
export function readTaskFile(
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
export function readOutputFile(path: string, maxBytes: number): OutputFile | { readonly why: string } {
  let descriptor: number;
  try {
    if (lstatSync(path).isSymbolicLink()) return { why: "it is a link" };
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return { why: `it cannot be read (${codeOf(error)})` };
  }
  try {
    const stats = fstatSync(descriptor);
    const { size, mtimeMs, ctimeMs } = stats;
    if (!stats.isFile()) return { why: "it is not a plain file" };
    if (size > maxBytes) return { why: `it is larger than ${maxBytes / 1024} KB` };
    const bytes = readFileSync(descriptor);
    if (bytes.length > maxBytes) return { why: `it is larger than ${maxBytes / 1024} KB` };
    return {
      text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
      changedAt: Math.max(mtimeMs, ctimeMs),
    };
  } catch {
    return { why: "it is not text in UTF-8" };
  } finally {
    closeSync(descriptor);
  }
}

/** A file is written right after its record; only one that was written later can differ at the same length. */
const WRITTEN_WITHIN_MS = 2000;
export const isTouchedSince = ({ changedAt }: OutputFile, { at }: Output): boolean =>
  changedAt > at + WRITTEN_WITHIN_MS;

export interface RecordedTexts {
  /** By the task's display id and the output's name. */
  get(task: string, name: string): string | undefined;
}

/** What the journal says that these tasks handed on. Costs the history. */
export function recordedTexts({ workspace, slug }: PlanStore, tasks: readonly Task[]): Result<RecordedTexts> {
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

/** Of files in a plan's task folders, by `task/name`: those that are outputs and say what was recorded, no more. */
export function untouchedOutputs(workspace: Workspace, slug: string, names: ReadonlySet<string>): ReadonlySet<string> {
  if (!workspace.slugs().includes(slug)) return new Set();
  const store = PlanStore.open(workspace, slug);
  if (!store.ok) return new Set();
  try {
    const tasks = [...store.value.state.tasks.values()].flatMap((task) => {
      const outputs = task.outputs.filter(({ name }) => names.has(`${task.id}/${name}`));
      return outputs.length === 0 ? [] : [{ ...task, outputs }];
    });
    const read = readOutputs(store.value, tasks);
    if (!read.ok) return new Set();
    const { texts, restored } = read.value;
    const nameOf = ({ task, name }: { readonly task: string; readonly name: string }): string => `${task}/${name}`;
    const changed = new Set(restored.map(nameOf));
    return new Set(texts.map(nameOf).filter((name) => !changed.has(name)));
  } finally {
    store.value.close();
  }
}
