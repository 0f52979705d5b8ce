import { lastEntries } from "../../../engine/plans/entries.ts";
import { perform } from "../../../engine/perform.ts";
import { isoTime } from "../../../context/time.ts";
import { taskById } from "../../../plan/graph.ts";
import { refused } from "../../../plan/refusal.ts";
import type { Entry } from "../../../plan/state.ts";
import type { Context, Input, Outcome, Run } from "../../command.ts";
import { readGivenText } from "../../given-text.ts";
import { page } from "../../paging.ts";
import { reportPerformed } from "../../performed.ts";
import { inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { log } from "../notes.ts";

type Options = Input<typeof log>["options"];

export const logOrRead: Run<typeof log> = async ({ args, options }, context) => {
  if (options.last === undefined) return write(context, args.text, options);
  if (args.text.length > 0) return refused("usage-contradiction", "--last prints notes: give no text beside it");
  return read(context, options.last, options.task);
};

async function write(context: Context, words: readonly string[], { task, fence }: Options): Promise<Outcome> {
  if (fence !== undefined && task === undefined) {
    return refused("usage-contradiction", "--fence names an attempt at a task: say which with --task");
  }
  const text = await readGivenText(words, context.io, "text");
  if (!text.ok) return text;
  const command =
    task === undefined
      ? ({ type: "add-entry", kind: "log", text: text.value } as const)
      : ({ type: "log-task", id: task, text: text.value, ...(fence === undefined ? {} : { fence }) } as const);
  return withWorkspace(context, async (workspace) => {
    const performed = await perform(workspace, context.global.plan, command);
    if (!performed.ok) return performed;
    const { state, slug } = performed.value;
    const about = task === undefined ? undefined : taskById(state, task)?.id;
    const on = about === undefined ? slug : `${slug}, ${about}`;
    return reportPerformed(
      context,
      performed.value,
      [`noted in ${inline(on)}`],
      about === undefined ? {} : { task: about },
    );
  });
}

const read = (context: Context, last: number, task: string | undefined): Promise<Outcome> =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const found = lastEntries(workspace, global.plan, { kind: "log", last, ...(task === undefined ? {} : { task }) });
    if (!found.ok) return found;
    const { entries } = found.value;
    if (global.json) return out.printJson(page(entries, { all: true }));
    for (const entry of entries) out.print(entryLines(entry));
    return undefined;
  });

/** One note: when, about what, by whom; further lines of its text are indented. */
function entryLines({ at, task, session, text, retracted }: Entry): string {
  const about = task === undefined ? "" : ` ${task}`;
  const said = retracted === true ? "(taken back)" : text.replace(/\n/g, "\n  ");
  return `${isoTime(at)}${about} (${session}): ${said}`;
}
