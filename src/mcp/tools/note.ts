import * as z from "zod/mini";
import { currentCommit } from "../../engine/current-commit.ts";
import { perform, type Performed } from "../../engine/perform.ts";
import { recordOutput } from "../../engine/tasks/task-outputs.ts";
import type { Workspace } from "../../engine/workspace.ts";
import type { PlanCommand } from "../../plan/commands.ts";
import { ok, refuse, type Refusal, type Result } from "../../plan/refusal.ts";
import { defineTool, type Given } from "../tool.ts";
import { changed } from "./changed.ts";
import { described, given, optionalText, text } from "./fields.ts";

const SCORE = "a score is a whole number from 1 to 5";

const input = z.strictObject({
  kind: z.enum(["next", "log", "finding", "decision", "output", "confidence", "handoff", "checkpoint"]),
  text,
  task: described(optionalText, "the task it is about"),
  fence: optionalText,
  file: described(optionalText, "next: on which file"),
  why: described(optionalText, "decision: the reason"),
  source: optionalText,
  untrusted: described(z.optional(z.boolean()), "finding from outside"),
  name: described(optionalText, "output: file name"),
  score: described(z.optional(z.int(SCORE).check(z.minimum(1, SCORE), z.maximum(5, SCORE))), "confidence, 1-5"),
  plan: optionalText,
});

type Input = Given<z.output<typeof input>>;
type Kind = Input["kind"];

export const note = defineTool({
  name: "note",
  description:
    "Record what must survive the chat: the next action (keep it current), what happened, was learned, was decided, what a task hands on.",
  input,
  run: async (asked, workspace) => {
    const fault = faultOf(asked);
    if (fault !== undefined) return { ok: false, refusal: fault };
    const recorded = await record(workspace, asked);
    if (!recorded.ok) return recorded;
    const about = asked.task === undefined ? "" : ` on ${asked.task}`;
    return ok(changed(recorded.value, `${asked.kind} recorded in ${recorded.value.slug}${about}`));
  },
});

/** What each kind takes besides the text and the plan; what ends in ! it must have. */
const TAKES: Readonly<Record<Kind, readonly string[]>> = {
  next: ["file"],
  log: ["task", "fence"],
  finding: ["task", "source", "untrusted"],
  decision: ["task", "why!"],
  output: ["task!", "fence", "name"],
  confidence: ["task", "fence", "score!"],
  handoff: ["task"],
  checkpoint: ["task"],
};

const ALWAYS: ReadonlySet<string> = new Set(["kind", "text", "plan"]);

function faultOf(asked: Input): Refusal | undefined {
  const { kind } = asked;
  const fields: Readonly<Record<string, unknown>> = asked;
  if (asked.text.trim() === "") return refuse("bad-arguments", "there is nothing in it", { place: "text" });
  const missing = TAKES[kind].find((name) => name.endsWith("!") && isEmpty(fields[name.slice(0, -1)]))?.slice(0, -1);
  if (missing !== undefined) return refuse("bad-arguments", `${kind} needs ${missing}`, { place: missing });
  const takes = TAKES[kind].map((name) => name.replace("!", ""));
  const wrong = Object.keys(asked).find((key) => !ALWAYS.has(key) && !takes.includes(key));
  if (wrong !== undefined) {
    return refuse("bad-arguments", `${kind} takes no ${wrong}`, { place: wrong, hint: `it takes ${takes.join(", ")}` });
  }
  if (asked.fence === undefined || asked.task !== undefined) return undefined;
  return refuse("bad-arguments", "a fence names an attempt at a task: say which", { place: "task" });
}

const isEmpty = (value: unknown): boolean => value === undefined || (typeof value === "string" && value.trim() === "");

const DEFAULT_NAME = "output.md";

async function record(workspace: Workspace, asked: Input): Promise<Result<Performed>> {
  const { plan, text, task, fence, name = DEFAULT_NAME } = asked;
  if (asked.kind === "output") {
    return await recordOutput(workspace, plan, { id: task ?? "", name, text, ...given({ fence }) });
  }
  return await perform(workspace, plan, commandOf(workspace, asked, asked.kind));
}

function commandOf(workspace: Workspace, asked: Input, kind: Exclude<Kind, "output">): PlanCommand {
  const { text, task: id, fence, file, why = "", source, untrusted, score = 0 } = asked;
  const about = given({ id });
  switch (kind) {
    case "next":
      return { type: "record-next", what: text, ...given({ file }) };
    case "log":
      if (id !== undefined) return { type: "log-task", id, text, ...given({ fence }) };
      return { type: "add-entry", kind, text };
    case "finding":
      return { type: "add-entry", kind, text, ...about, ...given({ source, untrusted }) };
    case "decision":
      return { type: "add-entry", kind, text, ...about, why };
    case "confidence":
      return { type: "record-confidence", score, why: text, ...about, ...given({ fence }) };
    case "handoff":
      return { type: "add-entry", kind, text, ...about };
    case "checkpoint":
      return { type: "add-entry", kind, text, ...about, ...given({ commit: currentCommit(workspace.caller.cwd) }) };
    default:
      return kind satisfies never;
  }
}
