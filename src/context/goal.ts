import type { Refusal } from "../plan/refusal.ts";
import { neutralizeBlock, neutralizeLine } from "./neutralize.ts";
import { describeSpan, isoTime } from "./time.ts";

/** A goal as people and models see it. Times are milliseconds since the epoch. */
export interface GoalView {
  /** Absent where the goal is a plan's. */
  readonly id?: string;
  readonly session?: string;
  readonly title: string;
  readonly doneWhen?: string;
  readonly description?: string;
  readonly status: "active" | "completed" | "validated" | "cancelled" | "replaced";
  readonly setAt?: number;
  readonly completedAt?: number;
  readonly validatedAt?: number;
  readonly endedAt?: number;
  /** What Holdfast runs before it is validated, and what it saw the last time. */
  readonly check?: {
    readonly command: string;
    readonly last?: {
      readonly outcome: string;
      readonly why: string;
      readonly at: number;
      readonly durationMs: number;
    };
  };
  readonly looked?: string;
  readonly reason?: string;
  readonly adoptedFrom?: string;
  /** The plan whose brief says so. */
  readonly plan?: { readonly slug: string; readonly status: string; readonly done: number; readonly total: number };
}

/** What is known besides a session's own goal. */
export interface GoalSurroundings {
  /** The session's last goal, where it has none any more. */
  readonly last?: GoalView;
  /** Unfinished ones of other sessions, the newest first. */
  readonly elsewhere?: readonly GoalView[];
  /** A plan that the session is bound to and whose brief has no goal. */
  readonly planWithoutGoal?: string;
  /** How a model takes one over; by the tool `goal_adopt` where absent. */
  readonly adoptBy?: (id: string) => string;
  readonly now: number;
}

const LONGEST_LINE = 2_000;
const SHOWN_ELSEWHERE = 3;

const line = (name: string, text: string | undefined): string =>
  text === undefined ? "" : `**${name}:** ${neutralizeLine(text, LONGEST_LINE)}`;
const block = (name: string, text: string | undefined): string =>
  text === undefined ? "" : `**${name}:** ${neutralizeBlock(text)}`;
const moment = (name: string, at: number | undefined): string =>
  at === undefined ? "" : `**${name}:** ${isoTime(at)}`;
/** Parts with a blank line between; in a part, lines without the empty ones. */
const join = (...parts: readonly (string | readonly string[])[]): string =>
  parts
    .map((part) => (typeof part === "string" ? part : part.filter((text) => text !== "").join("\n")))
    .filter((part) => part !== "")
    .join("\n\n");

/** What a refused goal command says to a model. */
export const renderGoalWarning = ({ message, hint }: Refusal): string =>
  `⚠️ ${message}${hint === undefined ? "" : ` ${hint}`}`;

export const renderGoalSet = (goal: GoalView, replaced?: GoalView): string =>
  join(
    "✅ Goal set successfully!",
    [
      line("Title", goal.title),
      line("Done Condition", goal.doneWhen),
      line("Check", describeCheck(goal)),
      block("Description", goal.description),
    ],
    goal.plan === undefined ? "" : `It is the goal of the plan ${goal.plan.slug} from now on: its brief was edited.`,
    replaced === undefined ? "" : `It takes the place of ${goalInShort(replaced)}, which is kept in the history.`,
    "The agent will work toward this goal. Use goal_done when the condition is met.",
  );

export function renderGoalStatus(goal: GoalView | undefined, surroundings: GoalSurroundings): string {
  if (goal === undefined) return renderNoGoal(surroundings);
  const { plan } = goal;
  return join(
    [
      `🎯 **Current Goal:** ${neutralizeLine(goal.title, LONGEST_LINE)}`,
      block("Description", goal.description),
      `**Status:** ${STATUS[goal.status]}`,
      line("Done Condition", goal.doneWhen),
      line("Check", describeCheck(goal)),
      moment("Created", goal.setAt),
      moment("Completed", goal.completedAt),
      moment("Validated", goal.validatedAt),
      line("Looked At", goal.looked),
      line("Adopted From", goal.adoptedFrom),
    ],
    plan === undefined
      ? ""
      : `It is the goal of the plan ${plan.slug} (${plan.status}, ${plan.done} of ${plan.total} tasks done), which is finished by its own rules.`,
  );
}

const STATUS = {
  active: "🟡 In Progress",
  completed: "✅ Completed",
  validated: "✓ Validated",
  cancelled: "🚫 Cancelled",
  replaced: "Replaced",
} as const satisfies Record<GoalView["status"], string>;

const byTool = (id: string): string => `goal_adopt with id "${id}"`;

function renderNoGoal({ last, elsewhere = [], planWithoutGoal, adoptBy = byTool, now }: GoalSurroundings): string {
  const newest = elsewhere[0]?.id ?? "G1";
  const more = elsewhere.length - SHOWN_ELSEWHERE;
  return join(
    "📋 No active goal for this session.",
    planWithoutGoal === undefined
      ? ""
      : `The plan ${planWithoutGoal} has no goal in its brief: goal_set writes it there.`,
    last?.status === "cancelled"
      ? `The last one, ${goalInShort(last)}, was cancelled${last.reason === undefined ? "" : `: ${neutralizeLine(last.reason, 300)}`}`
      : "",
    elsewhere.length === 0
      ? ""
      : [
          "Unfinished goals of other sessions:",
          ...elsewhere.slice(0, SHOWN_ELSEWHERE).map((goal) => `- ${unfinishedInShort(goal, now)}`),
          more > 0 ? `- and ${more} more: holdfast goal list` : "",
          `Take one over only if the person wants it continued: ${adoptBy(newest)}, or holdfast goal adopt ${newest}`,
        ],
  );
}

const goalInShort = ({ id, title }: GoalView): string =>
  `${id === undefined ? "" : `${id} `}"${neutralizeLine(title, 100)}"`;

const unfinishedInShort = (goal: GoalView, now: number): string =>
  `${goalInShort(goal)} (${goal.status}, ${neutralizeLine(goal.session ?? "unknown", 180)}, set ${describeSpan(now - (goal.setAt ?? now))} ago)`;

/** A command and what came of it; nobody is to take it for more than its exit. */
function describeCheck({ check }: GoalView): string | undefined {
  if (check === undefined) return undefined;
  const { command, last } = check;
  if (last === undefined) return `${command} (Holdfast runs it before the goal is validated)`;
  return `${command} (${last.outcome}, ${last.why}, ${isoTime(last.at)})`;
}

const howToValidate = ({ check }: GoalView): string =>
  check === undefined
    ? "call goal_validate and say what was looked at"
    : "run `holdfast goal validate` in a shell, which runs the goal's check";

export const renderGoalDone = (goal: GoalView): string =>
  join(
    "🎉 Goal completed!",
    [
      line("Title", goal.title),
      moment("Completed At", goal.completedAt),
      block("Description", goal.description),
      line("Done Condition", goal.doneWhen),
    ],
    goal.plan === undefined
      ? `It is to be validated: look at the result against the done condition, then ${howToValidate(goal)}. If it falls short, set it again with goal_set and go on.`
      : `It was the goal of the plan ${goal.plan.slug}, whose own rules let it be done; the plan is ${goal.plan.status} now.`,
  );

export const renderGoalValidated = (goal: GoalView): string =>
  join(
    "✅ Goal validated!",
    [
      line("Title", goal.title),
      "**Status:** Validated",
      moment("Completed", goal.completedAt),
      moment("Validated", goal.validatedAt),
      block("Description", goal.description),
      line("Done Condition", goal.doneWhen),
      line("Check", describeCheck(goal)),
      line("Looked At", goal.looked),
    ],
    "The goal has been successfully validated and is now complete.",
  );

export const renderGoalCancelled = (goal: GoalView): string =>
  join(
    "🚫 Goal cancelled.",
    [line("Title", goal.title), line("Reason", goal.reason)],
    "The goal has been removed. It stays in the history as cancelled.",
  );

export const renderGoalAdopted = (goal: GoalView): string =>
  join(
    "✅ Goal adopted!",
    [
      line("Title", goal.title),
      `**Status:** ${STATUS[goal.status]}`,
      line("Done Condition", goal.doneWhen),
      block("Description", goal.description),
      line("Adopted From", goal.adoptedFrom),
    ],
    "It is this session's goal from now on.",
  );

/** One line for the hot context of a session without a plan; undefined where its goal asks for nothing any more. */
export function renderGoalLine(goal: GoalView): string | undefined {
  const { status, title, doneWhen } = goal;
  if (status === "active") {
    const when = doneWhen === undefined ? "" : ` Done when: ${neutralizeLine(doneWhen, 240)} (then goal_done)`;
    return `Goal: ${neutralizeLine(title, 240)}.${when}`;
  }
  if (status !== "completed") return undefined;
  const how = goal.check === undefined ? "goal_validate" : "holdfast goal validate (it runs the goal's check)";
  return `Goal completed, to be validated: ${neutralizeLine(title, 240)}. Look at the result, then ${how}.`;
}

/** One line that tells a new session of a goal that an earlier one left. */
export const renderGoalOffer = (goal: GoalView, now: number): string =>
  `An earlier session left a goal unfinished: ${unfinishedInShort(goal, now)}. Only if the person wants it continued: holdfast goal adopt ${goal.id ?? ""}`;
