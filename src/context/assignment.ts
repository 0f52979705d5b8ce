import { neutralizeLine } from "./neutralize.ts";

/** What a prompt for a subagent says of the work it hands on. */
export interface NamedTask {
  readonly task: string;
  /** The slug of the plan, where the prompt says it as `holdfast task prompt` does. */
  readonly plan?: string;
}

const TASK_ID = /^[ \t>*_#`-]*Task ID[*_ \t]*:[*_` \t]*([A-Za-z0-9][A-Za-z0-9._-]{0,63})/im;
const PLAN = /^[ \t>*_#`-]*Plan[*_ \t]*:[^\n]*\(([a-z0-9-]{1,60})\)[ \t]*$/im;
const LONGEST_PROMPT = 50_000;

/** The task that a prompt hands on by its id, on a line `Task ID: T3`; undefined where it names none. */
export function taskNamedIn(prompt: string): NamedTask | undefined {
  const text = prompt.slice(0, LONGEST_PROMPT);
  const task = TASK_ID.exec(text)?.[1]?.replace(/\.+$/, "");
  if (task === undefined || task === "") return undefined;
  const plan = PLAN.exec(text)?.[1];
  return plan === undefined ? { task } : { task, plan };
}

/** What a prompt for a subagent says of the review that it asks for. */
export interface NamedReview {
  /** The id of a task, or `plan`. */
  readonly of: string;
  readonly reviewer?: string;
  readonly plan?: string;
}

const lineOf = (name: string): RegExp =>
  new RegExp(`^[ \\t>*_#\`-]*${name}[*_ \\t]*:[*_\` \\t]*([A-Za-z0-9][A-Za-z0-9._-]{0,63})`, "im");
const REVIEW = lineOf("Review");
const REVIEWER = lineOf("Reviewer");

/**
 * The review that a prompt asks for, on a line `Review: T3`, with a line `Reviewer: security`. Without that one it must
 * hand on no task: such a prompt may well speak of reviews.
 */
export function reviewNamedIn(prompt: string): NamedReview | undefined {
  const text = prompt.slice(0, LONGEST_PROMPT);
  const of = REVIEW.exec(text)?.[1]?.replace(/\.+$/, "");
  if (of === undefined || of === "") return undefined;
  const reviewer = REVIEWER.exec(text)?.[1]?.replace(/\.+$/, "");
  const plan = PLAN.exec(text)?.[1];
  const isNamed = reviewer !== undefined && reviewer !== "";
  if (!isNamed && (of.toLowerCase() === "plan" || TASK_ID.test(text))) return undefined;
  return {
    of,
    ...(isNamed ? { reviewer } : {}),
    ...(plan === undefined ? {} : { plan }),
  };
}

export interface Assignment {
  readonly id: string;
  readonly title: string;
  readonly plan: string;
  readonly fence: string;
}

/** What a subagent has to know of the task that was claimed for it: whose it is, its bounds, and how to end. */
export function renderAssignment({ id, title, plan, fence }: Assignment): string {
  const name = neutralizeLine(id, 64);
  const naming = `--fence ${neutralizeLine(fence, 80)}`;
  return [
    `<holdfast-task id="${name.replaceAll('"', "")}">`,
    `${name} "${neutralizeLine(title, 120)}" of the plan ${neutralizeLine(plan, 80)} is claimed for you; do not claim it again. Do this task and change nothing else of the plan.`,
    `After each step: \`holdfast task step ${name} <number> ${naming}\`; what later tasks need: \`holdfast task output ${name} <name.md> --file <path> ${naming}\`.`,
    "End your last message with one line: `Result: implemented`, `Result: blocked: <why, and what would resolve it>` or `Result: failed: <why>`. It closes your attempt.",
    "</holdfast-task>",
  ].join("\n");
}

/** A task that a prompt hands on, and that the plan has not. */
export interface UnknownTask {
  readonly task: string;
  readonly plan: string;
  /** Ids that are like it. */
  readonly near: readonly string[];
}

/** For whoever starts a subagent on a task that is not there, and for that subagent; the word may be another system's. */
export function renderUnknownTask({ task, plan, near }: UnknownTask, reader: "starter" | "agent"): string {
  const id = neutralizeLine(task, 64);
  const meant = near.length === 0 ? "" : ` Did you mean ${near.map((each) => neutralizeLine(each, 64)).join(", ")}?`;
  const whom = reader === "agent" ? "you" : "this subagent";
  return `Holdfast: the plan ${neutralizeLine(plan, 80)} has no task ${id}, so none is claimed for ${whom}.${meant} If ${id} is something else's name, go on.`;
}

/** For a subagent that was given no task of the plan that its conversation works on. */
export const renderBystander = (plan: string, title: string): string =>
  `Holdfast: the conversation that started you works on the plan ${neutralizeLine(plan, 80)} ("${neutralizeLine(title, 80)}"). Do what you were asked, change nothing of the plan, and hand back what you found.`;

/** How a subagent's task ended, by its own last words. */
export type AgentResult =
  | { readonly end: "implemented"; readonly note?: string }
  | { readonly end: "blocked"; readonly why: string; readonly said: string }
  | {
      readonly end: "failed";
      readonly why: string;
      /** It did not come to an end of its own. */
      readonly crashed?: true;
    };

const RESULT =
  /^[ \t>*_#`-]*Result[*_ \t]*:[*_` \t]*(implemented|done|blocked|failed)\b[*_` \t]*(?:[:,;.–—-]+[ \t]*(.*))?$/gim;
const LONGEST_NOTE = 400;

/** Reads the line that a subagent was asked to end with; without one, having said something counts as implemented. */
export function resultIn(message: string | undefined): AgentResult {
  const text = (message ?? "").slice(-LONGEST_PROMPT);
  const last = [...text.matchAll(RESULT)].at(-1);
  const said = neutralizeLine(text, LONGEST_NOTE);
  if (said === "") return { end: "failed", why: "its agent ended without a word", crashed: true };
  const why = neutralizeLine(last?.[2]?.trim() ?? "", LONGEST_NOTE);
  switch (last?.[1]?.toLowerCase()) {
    case "blocked":
      return { end: "blocked", why: why === "" ? "its agent did not say why" : why, said };
    case "failed":
      return { end: "failed", why: why === "" ? said : why };
    case undefined:
    default:
      return { end: "implemented", note: said };
  }
}
