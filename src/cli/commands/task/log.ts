import { isoTime } from "../../../context/time.ts";
import { readHistory } from "../../../engine/plans/history.ts";
import { perform } from "../../../engine/perform.ts";
import type { PlanStore } from "../../../engine/plans/plan-store.ts";
import type { Workspace } from "../../../engine/workspace.ts";
import { findTask } from "../../../plan/decide/find.ts";
import { ok, refused, type Result } from "../../../plan/refusal.ts";
import { KEPT_TASK_LOG, type Task, type TaskLogEntry } from "../../../plan/state.ts";
import type { Run } from "../../command.ts";
import { readGivenText } from "../../given-text.ts";
import { dim, type Text } from "../../text.ts";
import { withPlan } from "../../workspace.ts";
import { changeTask, given, named } from "./report.ts";
import type { log } from "./work-specs.ts";

const DEFAULT_LAST = 10;

type LogLine = Pick<TaskLogEntry, "at" | "session" | "text"> & { readonly attempt?: number };

export const logTask: Run<typeof log> = async ({ args: { id, text }, options: { last, fence } }, context) => {
  if (text.length > 0) {
    if (last !== undefined)
      return refused("usage-contradiction", "a text is noted, --last shows what was: one of the two");
    const said = await readGivenText(text, context.io, "text");
    if (!said.ok) return said;
    const command = { type: "log-task", id, text: said.value, ...given({ fence }) } as const;
    return await changeTask(
      context,
      id,
      (workspace) => perform(workspace, context.global.plan, command),
      (task) => ({ lines: [["noted on ", named(task)]] }),
    );
  }
  return await withPlan(context, (store, workspace) => {
    const task = findTask(store.state, id);
    if ("refusal" in task) return { ok: false, refusal: task.refusal };
    const entries = readLog(store, workspace, task.found, last ?? DEFAULT_LAST);
    if (!entries.ok) return entries;
    const { slug, revision } = store.state;
    if (context.global.json)
      return context.out.printJson({ plan: slug, revision, task: task.found.id, log: entries.value });
    if (entries.value.length === 0) context.out.print(dim(`nothing was noted on ${task.found.id}`));
    context.out.printLines(entries.value.map(entryText), {
      limit: last,
      more: `holdfast task log ${task.found.id} --last <n>`,
    });
  });
};

/** The newest entries, oldest first. The state keeps a few; for more the journal is read. */
function readLog(store: PlanStore, workspace: Workspace, task: Task, last: number): Result<readonly LogLine[]> {
  if (last <= task.log.length || task.log.length < KEPT_TASK_LOG) return ok(task.log.slice(-last));
  const history = readHistory(workspace, store.slug, { task: task.id });
  if (!history.ok) return history;
  const entries = history.value
    .filter(({ refusal }) => refusal === undefined)
    .flatMap(({ record: { events, at, by } }) =>
      events.flatMap((event): LogLine[] =>
        event.type === "task.logged" && event["task"] === task.uid
          ? [{ at, session: by.session, text: String(event["text"]) }]
          : [],
      ),
    );
  return ok(entries.slice(-last));
}

function entryText({ at, session, text, attempt }: LogLine): Text {
  const number = attempt === undefined || attempt < 2 ? "" : ` (attempt ${attempt})`;
  return [dim(`${isoTime(at)} ${session}${number}  `), text.trimEnd().replaceAll("\n", "\n  ")];
}
