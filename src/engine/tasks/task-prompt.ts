import { isAbsolute, join, relative, sep } from "node:path";
import { failedChecks, renderFixes, type FailedOutputs } from "../../context/fix-lines.ts";
import { renderTaskPrompt, type TaskPrompt } from "../../context/task-prompt.ts";
import { lastEvidence } from "../../plan/checks.ts";
import { findTask } from "../../plan/decide/find.ts";
import { parentsOf } from "../../plan/graph.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import type { Task } from "../../plan/state.ts";
import { readSmallFile } from "../../workspace/files.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import { readOutputs, taskFolder, type ReadOutputs } from "./output-files.ts";

export interface PromptRequest {
  /** Ids of ancestors whose outputs are wanted, beyond the parents. */
  readonly ancestors?: readonly string[];
  readonly budgetBytes?: number;
  /** With what reviewers and checks left to be fixed. */
  readonly isToFix?: boolean;
}

export interface BuiltPrompt {
  readonly task: Task;
  readonly prompt: TaskPrompt;
  /** Parents' files that are not what was recorded; the prompt has the recorded text. */
  readonly restored: ReadOutputs["restored"];
}

/** The prompt of a task with what its parents handed on, whatever has become of the files since. */
export function buildTaskPrompt(store: PlanStore, id: string, request: PromptRequest = {}): Result<BuiltPrompt> {
  const found = findTask(store.state, id);
  if ("refusal" in found) return { ok: false, refusal: found.refusal };
  const task = found.found;
  const ancestors: Task[] = [];
  for (const ancestor of request.ancestors ?? []) {
    const named = findTask(store.state, ancestor);
    if ("refusal" in named) return { ok: false, refusal: named.refusal };
    ancestors.push(named.found);
  }
  const outputs = readOutputs(store, [...new Set([...parentsOf(store.state, task), ...ancestors])]);
  if (!outputs.ok) return outputs;
  const { cwd } = store.workspace.caller;
  const prompt = renderTaskPrompt(store.state, task, {
    texts: {
      outputs: outputs.value.texts,
      outputFolder: pathFrom(cwd, taskFolder(store, task)),
      planFolder: pathFrom(cwd, store.layout.folder),
    },
    ancestors: ancestors.map((ancestor) => ancestor.id),
    ...(request.isToFix === true ? { fix: renderFixes(store.state, task, failedOutputs(store, task)) } : {}),
    ...(request.budgetBytes === undefined ? {} : { budgetBytes: request.budgetBytes }),
  });
  return ok({ task, prompt, restored: outputs.value.restored });
}

const LONGEST_LOG = 512 * 1024;
const LOG = /^evidence\/[A-Za-z0-9_-]{1,64}\.log$/;

/** What is kept of what failed checks printed; nothing of one whose log is gone. */
function failedOutputs({ state, layout }: PlanStore, task: Task): FailedOutputs {
  const outputs = new Map<string, readonly string[]>();
  for (const check of failedChecks(state, task)) {
    const log = lastEvidence(check)?.log;
    const text = log === undefined || !LOG.test(log) ? undefined : readSmallFile(join(layout.folder, log), LONGEST_LOG);
    if (text !== undefined)
      outputs.set(
        check.id,
        text.split("\n").filter((line) => line.trim() !== ""),
      );
  }
  return outputs;
}

/** Short where it lies below, whole where it would go up: a worker may well stand in another checkout. */
function pathFrom(cwd: string, path: string): string {
  const way = relative(cwd, path);
  return way.startsWith("..") || isAbsolute(way) ? path : way.split(sep).join("/");
}
