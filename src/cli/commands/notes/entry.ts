import { currentCommit } from "../../../engine/current-commit.ts";
import { perform } from "../../../engine/perform.ts";
import type { CommandOf } from "../../../plan/commands.ts";
import type { EntryKind } from "../../../plan/state.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { readGivenText } from "../../given-text.ts";
import { reportPerformed } from "../../performed.ts";
import { inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { checkpoint, decide, finding, handoff } from "../notes.ts";

type Note = Omit<CommandOf<"add-entry">, "type" | "kind" | "text" | "id">;

export const recordFinding: Run<typeof finding> = async ({ args, options }, context) => {
  const { untrusted, source, task } = options;
  const more = { ...(untrusted ? { untrusted } : {}), ...(source === undefined ? {} : { source }) };
  return record(context, "finding", args.text, task, more);
};

export const recordDecision: Run<typeof decide> = async ({ args, options }, context) =>
  record(context, "decision", args.text, options.task, { why: options.why });

export const recordHandoff: Run<typeof handoff> = async ({ args, options }, context) =>
  record(context, "handoff", args.text, options.task, {});

/** Outside Git, and before the first commit, a checkpoint has none: it says so. */
export const recordCheckpoint: Run<typeof checkpoint> = async ({ args, options }, context) => {
  const commit = currentCommit(context.io.cwd);
  if (commit === undefined) context.out.warn("there is no commit here, so the checkpoint names none");
  return record(context, "checkpoint", args.text, options.task, commit === undefined ? {} : { commit });
};

async function record(
  context: Context,
  kind: EntryKind,
  words: readonly string[],
  task: string | undefined,
  more: Note,
): Promise<Outcome> {
  const text = await readGivenText(words, context.io, "text");
  if (!text.ok) return text;
  return withWorkspace(context, async (workspace) => {
    const about = task === undefined ? {} : { id: task };
    const performed = await perform(workspace, context.global.plan, {
      type: "add-entry",
      kind,
      text: text.value,
      ...about,
      ...more,
    });
    if (!performed.ok) return performed;
    const { state, slug } = performed.value;
    const entry = state.entries[kind].recent.at(-1);
    const on = entry?.task === undefined ? slug : `${slug}, ${entry.task}`;
    const commit = more.commit === undefined ? "" : ` at ${more.commit.slice(0, 12)}`;
    return reportPerformed(context, performed.value, [`${kind} recorded in ${inline(on)}${commit}`], { entry });
  });
}
