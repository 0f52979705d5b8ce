import * as z from "zod/mini";
import { neutralizeLine } from "../../context/neutralize.ts";
import { leaseEnd } from "../../context/stuck.ts";
import { isoTime } from "../../context/time.ts";
import { perform, type Performed } from "../../engine/perform.ts";
import { takeTask } from "../../engine/tasks/task-claim.ts";
import { finishTask } from "../../engine/tasks/task-outputs.ts";
import type { Workspace } from "../../engine/workspace.ts";
import type { CommandOf, PlanCommand } from "../../plan/commands.ts";
import { nextStep, taskById } from "../../plan/graph.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import type { Answer } from "../answer.ts";
import { defineTool, type Given } from "../tool.ts";
import { changedTask } from "./changed.ts";
import { described, given, optionalText, text } from "./fields.ts";

const input = z.strictObject({
  action: z.enum([
    "claim",
    "take_over",
    "start",
    "step",
    "unstep",
    "implemented",
    "done",
    "block",
    "unblock",
    "release",
    "fail",
    "retry",
    "drop",
    "restore",
  ]),
  id: text,
  fence: described(optionalText, "of your attempt, as claim gave it"),
  step: described(optionalText, "its number or text"),
  text: described(optionalText, "note; reason of block, fail, drop"),
  tried: described(optionalText, "block: what was tried"),
  resolve: described(optionalText, "block: what would help"),
  children: described(z.optional(z.enum(["detach", "cascade"])), "drop"),
  plan: optionalText,
});

type Input = Given<z.output<typeof input>>;
type Action = Input["action"];

export const task = defineTool({
  name: "task",
  description:
    "Move a task: claim or start before work, step as steps are done, implemented when the work is there, done when it is checked, block when stuck.",
  input,
  run: async (asked, workspace) => {
    const fault = missingField(asked) ?? misplacedField(asked);
    if (fault !== undefined) return { ok: false, refusal: fault };
    switch (asked.action) {
      case "claim":
      case "take_over":
      case "start":
        return take(workspace, asked);
      case "implemented":
      case "done":
        return finish(workspace, asked);
      case "drop":
        return drop(workspace, asked);
      case "step":
      case "unstep":
      case "block":
      case "unblock":
      case "release":
      case "fail":
      case "retry":
      case "restore":
        return move(workspace, asked, asked.action);
      default:
        return asked.action satisfies never;
    }
  },
});

const FENCED = ["fence"] as const;
/** What each action takes besides the task and the plan; what ends in ! it must have. */
const TAKES: Readonly<Record<Action, readonly string[]>> = {
  claim: [],
  take_over: [],
  start: FENCED,
  step: ["step!", ...FENCED],
  unstep: ["step!", ...FENCED],
  implemented: ["text", ...FENCED],
  done: ["text", ...FENCED],
  block: ["tried!", "text!", "resolve!", ...FENCED],
  unblock: ["text"],
  release: ["text", ...FENCED],
  fail: ["text!", ...FENCED],
  retry: ["text!"],
  drop: ["text", "children"],
  restore: [],
};

const ALWAYS: ReadonlySet<string> = new Set(["action", "id", "plan"]);

function missingField(asked: Input): Refusal | undefined {
  const missing = TAKES[asked.action]
    .filter((name) => name.endsWith("!"))
    .map((name) => name.slice(0, -1) as keyof Input)
    .filter((name) => asked[name] === undefined || asked[name].trim() === "");
  if (missing.length === 0) return undefined;
  const hint = asked.action === "block" ? "say what was tried, why it failed (text), what would resolve it" : undefined;
  return refuse("bad-arguments", `${asked.action} needs ${missing.join(", ")}`, {
    place: missing[0] ?? "",
    ...given({ hint }),
  });
}

function misplacedField(asked: Input): Refusal | undefined {
  const takes = TAKES[asked.action].map((name) => name.replace("!", ""));
  const wrong = Object.keys(asked).find((key) => !ALWAYS.has(key) && !takes.includes(key));
  if (wrong === undefined) return undefined;
  const hint = takes.length === 0 ? `${asked.action} takes only id` : `it takes ${takes.join(", ")}`;
  return refuse("bad-arguments", `${asked.action} takes no ${wrong}`, { place: wrong, hint });
}

async function take(workspace: Workspace, { action, id, fence, plan }: Input): Promise<Result<Answer>> {
  const command =
    action === "start"
      ? ({ type: "start-task", id, ...given({ fence }) } as const)
      : ({ type: "claim-task", id, ...(action === "take_over" ? { takeOver: true } : {}) } as const);
  const taken = await takeTask(workspace, plan, command);
  if (!taken.ok) return taken;
  const claim = taskById(taken.value.state, id)?.claim;
  const until = claim === undefined ? "" : isoTime(leaseEnd(claim));
  const word = action === "start" ? "started" : "claimed";
  const held = claim === undefined ? "" : `; fence ${claim.fence}, held until ${until}`;
  return ok(
    changedTask(
      taken.value,
      id,
      workspace.now(),
      (task) => `${word} ${task.id}: ${neutralizeLine(task.title)}${held}`,
      claim === undefined ? {} : { fence: claim.fence, heldUntil: until },
    ),
  );
}

async function finish(workspace: Workspace, { action, id, text: note, fence, plan }: Input): Promise<Result<Answer>> {
  const type = action === "done" ? "finish-task" : "implement-task";
  const finished = await finishTask(workspace, plan, { type, id, ...given({ note, fence }) });
  if (!finished.ok) return finished;
  const { recorded, skipped } = finished.value;
  const word = action === "done" ? "done" : "implemented";
  const also = recorded.length === 0 ? "" : `; recorded its outputs ${recorded.join(", ")}`;
  const told = { ...(recorded.length === 0 ? {} : { recorded }), ...(skipped.length === 0 ? {} : { skipped }) };
  return ok(changedTask(finished.value, id, workspace.now(), (task) => `${task.id} is ${word}${also}`, told));
}

type Moving = "step" | "unstep" | "block" | "unblock" | "release" | "fail" | "retry" | "restore";

async function move(workspace: Workspace, asked: Input, action: Moving): Promise<Result<Answer>> {
  const { id, plan } = asked;
  const moved = await perform(workspace, plan, commandOf(asked, action));
  if (!moved.ok) return moved;
  return ok(changedTask(moved.value, id, workspace.now(), ({ id }) => describe(moved.value, id)));
}

function commandOf({ id, fence, text = "", tried = "", resolve = "", step = "" }: Input, action: Moving): PlanCommand {
  const fenced = { id, ...given({ fence }) };
  const note = text === "" ? {} : { note: text };
  switch (action) {
    case "step":
    case "unstep":
      return { type: "tick-step", step, undo: action === "unstep", ...fenced };
    case "block":
      return { type: "block-task", tried, why: text, resolve, ...fenced };
    case "unblock":
      return { type: "unblock-task", id, ...note };
    case "release":
      return { type: "release-task", ...note, ...fenced };
    case "fail":
      return { type: "fail-task", why: text, ...fenced };
    case "retry":
      return { type: "retry-task", id, ...note };
    case "restore":
      return { type: "restore-task", id };
    default:
      return action satisfies never;
  }
}

function describe({ state }: Performed, id: string): string {
  const task = taskById(state, id);
  if (task === undefined) return id;
  const next = task.status === "in_progress" ? nextStep(task) : undefined;
  const done = task.steps.filter((step) => step.done).length;
  const steps = task.steps.length === 0 ? "" : `, ${done} of ${task.steps.length} steps done`;
  return `${task.id} is ${task.status}${steps}${next === undefined ? "" : `; next: ${neutralizeLine(next.text)}`}`;
}

async function drop(workspace: Workspace, { id, children, text: why, plan }: Input): Promise<Result<Answer>> {
  const command: CommandOf<"drop-task"> = { type: "drop-task", id, ...given({ children, why }) };
  const dropped = await perform(workspace, plan, command);
  if (!dropped.ok) {
    const isAsked = children === undefined && dropped.refusal.reason !== "no-such-task";
    const hint = 'children: "detach" or "cascade"';
    return isAsked ? refused(dropped.refusal.reason, dropped.refusal.message, { ...dropped.refusal, hint }) : dropped;
  }
  return ok(changedTask(dropped.value, id, workspace.now(), (task) => `dropped ${task.id}`));
}
