import { counted } from "../plan/counted.ts";
import { isOverBudget, type Grant, type Pause } from "./grant.ts";
import { endsWithQuestion } from "./question.ts";
import { goOnPrompt, wrapUpPrompt } from "./prompts.ts";
import type { LooseWork, PlanWork, Snapshot } from "./snapshot.ts";

/** Why a turn is not followed by another. */
export type StopReason =
  | "subagent"
  | "headless"
  | "stopped"
  | "no-grant"
  | "interrupted"
  | "resting"
  | "mode"
  | "planning-agent"
  | "observer"
  | "background"
  | "question"
  | "nothing-left"
  | "plan-not-active"
  | "blocked"
  | "waits-for-person"
  | "waits-for-others"
  | "spent"
  | "tokens-unknown"
  | "no-progress"
  | "errors"
  | "backing-off";

export interface Stop {
  readonly kind: "stop";
  readonly reason: StopReason;
  /** In words, for whoever asks why nothing happens. */
  readonly why: string;
  /** Tell the person. */
  readonly notice?: string;
  /** The grant rests from now on, until a person acts. */
  readonly pause?: Pause;
  /** Nothing speaks against going on after this time. */
  readonly waitMs?: number;
}

export type Decision =
  | { readonly kind: "go-on" | "wrap-up"; readonly number: number; readonly prompt: string; readonly why: string }
  | Stop;

/** Errors in a row that are tried again, the first after `FIRST_WAIT_MS`, each later one after twice the time. */
export const MAX_ERRORS = 5;
export const FIRST_WAIT_MS = 5_000;

/** Agents of hosts that plan or summarise, and do nothing themselves. */
const PLANNING_AGENTS: ReadonlySet<string> = new Set(["plan", "compaction", "title", "summary", "prometheus"]);

/** A snapshot in which a grant is there to be spent. */
type Granted = Snapshot & { readonly grant: Grant };
type Check<S> = (snapshot: S) => Stop | undefined;

/** Reasons that hold whatever was granted. */
const BEFORE_GRANT: readonly Check<Snapshot>[] = [
  ({ turn }) => when(turn.isSubagent, "subagent", "a subagent's end is its parent's to act on"),
  ({ turn }) => when(turn.isHeadless, "headless", "nobody sits at this run, and Holdfast did not start it"),
  ({ isStopped }) => when(isStopped, "stopped", "somebody said stop, and no person has said proceed since"),
];

/** Reasons not to continue, in the order in which they are looked at: the first that holds is told. */
const REASONS: readonly Check<Granted>[] = [
  whyInterrupted,
  ({ grant }) => when(grant.paused !== undefined, "resting", `the grant rests: ${describePause(grant)}`),
  ({ mode }) => when(mode !== "proceed", "mode", `the mode is ${mode ?? "not set"}, and only proceed goes on`),
  ({ turn: { agentName = "" } }) =>
    when(PLANNING_AGENTS.has(agentName.toLowerCase()), "planning-agent", "the host's agent plans only"),
  ({ work }) => when(work?.kind === "plan" && work.isObserver, "observer", "this session only looks on"),
  ({ turn }) => when(turn.backgroundTasks > 0, "background", "something still runs and will wake the agent"),
  whyAsked,
  whyNothingLeft,
  whyPlanStands,
  whySpent,
  whyErrors,
  whyNoProgress,
];

/** Whether a turn that ended is followed by another, and by which prompt. */
export function decideTurn(snapshot: Snapshot): Decision {
  for (const check of BEFORE_GRANT) {
    const stop = check(snapshot);
    if (stop !== undefined) return stop;
  }
  const { grant } = snapshot;
  if (grant === undefined) return stopped("no-grant", "no person has let it go on by itself");
  const granted = { ...snapshot, grant };
  for (const check of REASONS) {
    const stop = check(granted);
    if (stop !== undefined) return stop;
  }
  return goOn(granted);
}

function goOn(snapshot: Granted): Decision {
  const { grant, work, turn, now } = snapshot;
  const number = grant.used + 1;
  const isLast = number >= grant.turns || isOverBudget(grant, now, turn.tokens);
  const facts = { number, of: grant.turns, work: work!, isAfterError: turn.ending === "error" };
  const of = `turn ${number} of ${grant.turns}`;
  return isLast
    ? { kind: "wrap-up", number, prompt: wrapUpPrompt(facts), why: `${of}: the last` }
    : { kind: "go-on", number, prompt: goOnPrompt(facts), why: of };
}

const stopped = (reason: StopReason, why: string, more: Omit<Stop, "kind" | "reason" | "why"> = {}): Stop => ({
  kind: "stop",
  reason,
  why,
  ...more,
});

const when = (isSo: boolean, reason: StopReason, why: string): Stop | undefined =>
  isSo ? stopped(reason, why) : undefined;

/** Why a grant rests, in words. */
export function describePause({ paused, stall, turns }: Pick<Grant, "paused" | "stall" | "turns">): string {
  switch (paused) {
    case undefined:
      return "it does not";
    case "spent":
      return `its ${turns} turns, its tokens or its time are used up`;
    case "no-progress":
      return `${counted(stall, "turn")} brought no progress`;
    case "errors":
      return "turn after turn ended in an error";
    case "interrupted":
      return "the person interrupted";
    default:
      return paused satisfies never;
  }
}

/** What ends the rest, for a notice. */
const RENEW = "holdfast continue --turns <n> lets it go on";

function whyInterrupted({ turn, grant }: Granted): Stop | undefined {
  if (turn.ending !== "interrupted") return undefined;
  const pause = grant.paused === undefined ? { pause: "interrupted" as const } : {};
  return stopped("interrupted", "the person interrupted; their next prompt lets it go on", pause);
}

function whyAsked({ turn }: Granted): Stop | undefined {
  if (turn.isAwaited) return stopped("question", "the host waits for an answer of the person");
  const isAsked = turn.ending === "clean" && turn.lastMessage !== undefined && endsWithQuestion(turn.lastMessage);
  return when(isAsked, "question", "the last message asks the person something");
}

function whyNothingLeft({ work }: Granted): Stop | undefined {
  if (work === undefined) return stopped("nothing-left", "no plan is bound, and no goal or todo is open");
  if (work.kind === "loose") return when(!hasLooseWork(work), "nothing-left", "no goal or todo is open");
  const isOver = work.status === "done" || work.status === "archived" || work.status === "aborted";
  if (isOver) return stopped("nothing-left", `the plan is ${work.status}`);
  return when(work.open === 0, "nothing-left", "no task is open");
}

const hasLooseWork = ({ goal, todos }: LooseWork): boolean => goal !== undefined || (todos?.open ?? 0) > 0;

function whyPlanStands({ work }: Granted): Stop | undefined {
  if (work?.kind !== "plan") return undefined;
  if (work.status !== "active" && work.status !== "verifying") {
    return stopped("plan-not-active", `the plan is ${work.status}`, noticeOf(work, `it is ${work.status}`));
  }
  const blocker = work.blocker ?? "a task is blocked";
  if (work.isHeldUp) return stopped("blocked", `a blocked task stops this plan: ${blocker}`, noticeOf(work, blocker));
  if (work.own + work.ready + work.implemented > 0) return undefined;
  if (work.stopped > 0) return stopped("blocked", `what is left is blocked: ${blocker}`, noticeOf(work, blocker));
  if (work.others > 0) return stopped("waits-for-others", "what is left is in other hands");
  const needs = work.needsPerson > 0 ? "it waits for a person" : "nothing is ready";
  return stopped("waits-for-person", needs, noticeOf(work, `${needs} (holdfast status)`));
}

const noticeOf = ({ slug }: PlanWork, why: string): { readonly notice: string } => ({
  notice: `Holdfast does not go on with ${slug}: ${why}`,
});

function whySpent({ grant, turn, now }: Granted): Stop | undefined {
  if (grant.tokens !== undefined && turn.tokens === undefined) {
    const why = "the grant is in tokens, and this host does not tell how many were used";
    return stopped("tokens-unknown", why, { notice: `Holdfast does not go on: ${why}` });
  }
  const isOver = isOverBudget(grant, now, turn.tokens);
  // Who is there to read it needs no wrap-up of time that ran out long ago.
  const mayWrapUp = !isOver || turn.isContinued;
  if (grant.used < grant.turns && !grant.isWrapped && mayWrapUp) return undefined;
  const isTurns = grant.used >= grant.turns && !isOver;
  const what = isTurns ? `all ${grant.turns} turns are used` : "its time or its tokens are used up";
  return stopped("spent", what, { pause: "spent", notice: `Holdfast stops going on by itself: ${what}. ${RENEW}.` });
}

function whyErrors({ grant, turn, now }: Granted): Stop | undefined {
  if (turn.ending !== "error") return undefined;
  if (turn.isFatal || grant.errors > MAX_ERRORS) {
    const why = turn.isFatal ? "the turn ended in an error that will come again" : `${grant.errors} errors in a row`;
    return stopped("errors", why, { pause: "errors", notice: `Holdfast stops going on by itself: ${why}. ${RENEW}.` });
  }
  const waitMs = backOff(grant, now);
  if (waitMs === 0) return undefined;
  return stopped("backing-off", `error ${grant.errors} of ${MAX_ERRORS}: tried again later`, { waitMs });
}

/** How long is still to be waited after the last error: 5 s, 10, 20, 40, 80. */
function backOff({ errors, failedAt = 0 }: Grant, now: number): number {
  const whole = FIRST_WAIT_MS * 2 ** Math.max(errors - 1, 0);
  // A clock that was set back makes nobody wait for ever.
  return Math.min(Math.max(failedAt + whole - now, 0), whole);
}

function whyNoProgress({ grant, mark }: Granted): Stop | undefined {
  const idle = mark > grant.mark ? 0 : grant.idle;
  if (idle < grant.stall) return undefined;
  const why = `${counted(grant.stall, "turn")} without progress`;
  return stopped("no-progress", why, {
    pause: "no-progress",
    notice: `Holdfast stops going on by itself: ${why}. ${RENEW}.`,
  });
}
