import { perform } from "../../../engine/perform.ts";
import { effectiveNextAction } from "../../../plan/graph.ts";
import { refused } from "../../../plan/refusal.ts";
import type { PlanState } from "../../../plan/state.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { readGivenText } from "../../given-text.ts";
import { reportPerformed } from "../../performed.ts";
import { dim, inline, type Text } from "../../text.ts";
import { withPlan, withWorkspace } from "../../workspace.ts";
import type { next } from "../next.ts";

export const nextAction: Run<typeof next> = async ({ args, options }, context) => {
  if (options.clear && (args.what.length > 0 || options.file !== undefined)) {
    return refused("usage-contradiction", "--clear forgets the next action: give none beside it");
  }
  if (options.clear) return forget(context);
  if (args.what.length > 0) return record(context, args.what, options.file);
  if (options.file === undefined) return show(context);
  return refused("usage-missing-argument", "--file is the file of a next action: say what that is");
};

const show = (context: Context): Promise<Outcome> =>
  withPlan(context, ({ state }, workspace) => {
    const found = nextOf(state, workspace.actor.session);
    if (context.global.json) return context.out.printJson(found ?? null);
    if (found === undefined)
      return context.out.print(`nothing is recorded, and nothing is ready; ${state.slug} is ${state.status}`);
    return context.out.print(lineOf(found));
  });

interface Next {
  readonly what: string;
  readonly file?: string;
  readonly computed: boolean;
  readonly task?: string;
}

function nextOf(state: PlanState, session: string): Next | undefined {
  const found = effectiveNextAction(state, session);
  if (found === undefined) return undefined;
  const { task, ...action } = found;
  return { ...action, ...(task === undefined ? {} : { task: task.id }) };
}

const lineOf = ({ what, file, computed }: Next): Text => [
  inline(what),
  file === undefined ? "" : ` (file: ${inline(file)})`,
  computed ? dim(" (computed; holdfast next <what> records one)") : "",
];

async function record(context: Context, words: readonly string[], file: string | undefined): Promise<Outcome> {
  const what = await readGivenText(words, context.io, "what");
  if (!what.ok) return what;
  const command = { type: "record-next", what: what.value, ...(file === undefined ? {} : { file }) } as const;
  return withWorkspace(context, async (workspace) => {
    const performed = await perform(workspace, context.global.plan, command);
    if (!performed.ok) return performed;
    const on = file === undefined ? "" : ` (file: ${inline(file)})`;
    const { type: _, ...nextAction } = command;
    return reportPerformed(context, performed.value, [`next in ${performed.value.slug}: ${inline(what.value)}${on}`], {
      nextAction,
    });
  });
}

const forget = (context: Context): Promise<Outcome> =>
  withWorkspace(context, async (workspace) => {
    const performed = await perform(workspace, context.global.plan, { type: "clear-next" });
    if (!performed.ok) return performed;
    const found = nextOf(performed.value.state, workspace.actor.session);
    const lines = ["forgotten", ...(found === undefined ? [] : [["now: ", lineOf(found)]])];
    return reportPerformed(context, performed.value, lines, { nextAction: found ?? null });
  });
