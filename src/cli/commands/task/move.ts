import { perform } from "../../../engine/perform.ts";
import { nextStep } from "../../../plan/graph.ts";
import type { PlanCommand } from "../../../plan/commands.ts";
import { refused } from "../../../plan/refusal.ts";
import type { Task } from "../../../plan/state.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { dim, inline, type Text } from "../../text.ts";
import type { drop, restore } from "./plan-specs.ts";
import { changeTask, given, named } from "./report.ts";
import type { fail, release, retry, step, unblock } from "./work-specs.ts";

type AboutTask = Extract<PlanCommand, { readonly id: string }>;

const move = (context: Context, command: AboutTask, tell: (task: Task) => readonly Text[]): Promise<Outcome> =>
  changeTask(
    context,
    command.id,
    (workspace) => perform(workspace, context.global.plan, command),
    (task) => ({ lines: tell(task) }),
  );

export const tickStep: Run<typeof step> = ({ args, options }, context) => {
  const { undo } = options;
  const command = {
    type: "tick-step",
    id: args.id,
    step: args.step.join(" "),
    undo,
    ...given({ fence: options.fence }),
  } as const;
  return move(context, command, (task) => {
    const done = task.steps.filter((each) => each.done).length;
    const next = nextStep(task);
    return [
      [named(task), `  ${done} of ${task.steps.length} steps done`],
      dim(next === undefined ? `all done: holdfast task implemented ${task.id}` : `next: ${inline(next.text)}`),
    ];
  });
};

export const unblockTask: Run<typeof unblock> = ({ args: { id }, options: { note } }, context) =>
  move(context, { type: "unblock-task", id, ...given({ note }) }, (task) => [["unblocked ", named(task)]]);

export const failTask: Run<typeof fail> = ({ args: { id }, options: { why, fence } }, context) =>
  move(context, { type: "fail-task", id, why, ...given({ fence }) }, (task) => [
    ["failed ", named(task)],
    dim(`holdfast task retry ${task.id} --note "<what the next attempt should know>"`),
  ]);

export const retryTask: Run<typeof retry> = ({ args: { id }, options: { note } }, context) =>
  move(context, { type: "retry-task", id, note }, (task) => [["to be done again: ", named(task)]]);

export const releaseTask: Run<typeof release> = ({ args: { id }, options: { note, fence } }, context) =>
  move(context, { type: "release-task", id, ...given({ note, fence }) }, (task) => [["released ", named(task)]]);

export const restoreTask: Run<typeof restore> = ({ args: { id } }, context) =>
  move(context, { type: "restore-task", id }, (task) => [["restored ", named(task), dim(` (wave ${task.wave})`)]]);

export const dropTask: Run<typeof drop> = async ({ args: { id }, options }, context) => {
  const { detach, cascade, why } = options;
  if (detach && cascade) return refused("usage-contradiction", "--detach and --cascade exclude each other");
  const children = detach ? ("detach" as const) : cascade ? ("cascade" as const) : undefined;
  return await changeTask(
    context,
    id,
    (workspace) => perform(workspace, context.global.plan, { type: "drop-task", id, ...given({ children, why }) }),
    (task, { state, done }) => {
      const uids = done
        .flatMap(({ record }) => record?.events ?? [])
        .flatMap(({ type, task: uid }) => (type === "task.dropped" ? uid : []));
      const dropped = uids
        .flatMap((uid) => state.tasks.get(uid as Task["uid"]) ?? [])
        .filter((other) => other !== task);
      const lines: Text[] = [
        ["dropped ", named(task)],
        ...dropped.map((other): Text => ["dropped with it ", named(other)]),
      ];
      return { lines, more: { dropped: [task, ...dropped].map((each) => each.id) } };
    },
  );
};
