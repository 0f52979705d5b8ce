import { neutralizeLine } from "../../context/neutralize.ts";
import type { Performed } from "../../engine/perform.ts";
import { taskById } from "../../plan/graph.ts";
import type { Answer } from "../answer.ts";
import { taskRow } from "./rows.ts";

/** What a change came to. Where nothing was written, the advice that says why stands in for `line`. */
export function changed(performed: Performed, line: string, more: Readonly<Record<string, unknown>> = {}): Answer {
  const { slug, state, done, advice, edited } = performed;
  const isWritten = done.some(({ record }) => record !== undefined);
  const saved = edited.map(({ file, savedAs }) => `${file} was edited by hand; that text is saved as ${savedAs}`);
  const lines = [...(isWritten ? [line] : []), ...advice, ...saved].map((each) => neutralizeLine(each, 500));
  const notes = [...advice, ...saved];
  return {
    text: lines.join("\n"),
    data: { plan: slug, revision: state.revision, ...(notes.length === 0 ? {} : { notes }), ...more },
  };
}

/** As `changed`, with the task as it is afterwards. */
export function changedTask(
  performed: Performed,
  id: string,
  now: number,
  tell: (task: { readonly id: string; readonly title: string }) => string,
  more: Readonly<Record<string, unknown>> = {},
): Answer {
  const { state } = performed;
  // It was there when the command ran, and ids do not go away.
  const task = taskById(state, id)!;
  return changed(performed, tell(task), { task: taskRow(state, task, now), ...more });
}
