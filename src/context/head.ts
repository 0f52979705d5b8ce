import { effectiveNextAction } from "../plan/graph.ts";
import type { Check } from "../plan/check-state.ts";
import { KEPT_CHANGES, type PlanState, type PlanStatus, type Task, type TaskStatus } from "../plan/state.ts";
import { describeChange } from "./change-line.ts";
import { renderHotContext, type HotContext, type HotOptions } from "./hot-context.ts";
import { utf8Length } from "./measure.ts";
import { listPersonNeeds, nameOf, type PersonNeed } from "./needs-person.ts";
import { neutralizeLine } from "./neutralize.ts";
import { reasonsOf } from "./status-json.ts";
import { renderStatusLine } from "./status-line.ts";
import { surveyTasks, type Survey } from "./survey.ts";

/** A few of a list, and how many there are in all. */
export interface Top<T> {
  readonly top: readonly T[];
  readonly count: number;
}

export interface HeadTask {
  readonly id: string;
  readonly title: string;
}

export interface HeldTask extends HeadTask {
  readonly session: string;
  readonly fence: string;
  readonly since: number;
  /** The lease runs `leaseMs` from here. */
  readonly renewedAt: number;
  readonly leaseMs: number;
}

/** head.json: what a hook or a status line needs, small enough to be read on every event. Texts are neutralized. */
export interface Head {
  readonly slug: string;
  readonly title: string;
  readonly status: PlanStatus | "none";
  readonly phase: string;
  readonly revision: number;
  readonly counts: Readonly<Record<TaskStatus, number>>;
  readonly wave: { readonly current: number; readonly last: number };
  /**
   * How far it ever was: tasks that were once implemented or done, criteria once proven, and findings that blocked and were
   * once resolved.
   */
  readonly landed: number;
  readonly onBlocked: PlanState["onBlocked"];
  readonly nextAction?: { readonly what: string; readonly file?: string; readonly computed: boolean };
  readonly inHand: Top<HeldTask>;
  readonly ready: Top<HeadTask>;
  readonly blocked: Top<HeadTask & { readonly why: string }>;
  readonly needsPerson: Top<PersonNeed>;
  /** How many implemented tasks wait for a person because their reviews go on failing; absent where none does. */
  readonly contested?: number;
  /** For any session of any role. */
  readonly hot: HotContext;
  /** For a session that is bound to nothing: other roles change its cue only. */
  readonly statusLine: string;
  readonly changes: readonly HeadChange[];
  /** The latest change of each session that is still known of, the latest session last. */
  readonly movers: readonly { readonly session: string; readonly revision: number }[];
  /** The first revision of which all changes are known. */
  readonly knownFrom: number;
  /** The newest notes that stand and came from inside, the newest last. */
  readonly recent: readonly string[];
  /** What its checks run, to know them by when a session runs the same; never shown. As many as have room. */
  readonly checks?: readonly CheckForm[];
}

export type CheckForm = Pick<Check, "command" | "isShell" | "env">;

export interface HeadChange {
  readonly revision: number;
  readonly at: number;
  readonly session: string;
  readonly type: string;
  readonly text: string;
}

export const MAX_HEAD_BYTES = 16_000;

/** How much there is of everything: the first that fits is taken. */
const LIMITS: readonly {
  readonly held: number;
  readonly top: number;
  readonly changes: number;
  readonly chars: number;
  readonly forms: number;
}[] = [
  { held: 50, top: 20, changes: 10, chars: 120, forms: 2000 },
  { held: 50, top: 20, changes: 10, chars: 60, forms: 2000 },
  { held: 50, top: 20, changes: 10, chars: 30, forms: 2000 },
  { held: 20, top: 10, changes: 5, chars: 24, forms: 2000 },
  { held: 5, top: 3, changes: 3, chars: 12, forms: 1000 },
  { held: 1, top: 1, changes: 1, chars: 8, forms: 0 },
];

type Limits = (typeof LIMITS)[number];

/** The head of a plan; its JSON is at most `MAX_HEAD_BYTES`. */
export function buildHead(state: PlanState, options: HotOptions = {}, survey: Survey = surveyTasks(state)): Head {
  const hot = renderHotContext(state, options, survey);
  let head: Head | undefined;
  for (const limits of LIMITS) {
    head = compose(state, survey, hot, limits);
    if (utf8Length(JSON.stringify(head)) <= MAX_HEAD_BYTES) break;
  }
  return head!;
}

function compose(state: PlanState, survey: Survey, hot: HotContext, limits: Limits): Head {
  const { chars } = limits;
  const next = effectiveNextAction(state, undefined, survey);
  const needs = listPersonNeeds(state, survey);
  const contested = survey.contested.filter(({ status }) => status === "implemented").length;
  const stopped = [...survey.blocked, ...survey.failed];
  return {
    slug: neutralizeLine(state.slug, 100),
    title: neutralizeLine(state.title, chars),
    status: state.status,
    phase: neutralizeLine(state.phase, 40),
    revision: state.revision,
    counts: survey.counts,
    wave: { current: survey.wave, last: survey.waves },
    landed: countLanded(state),
    onBlocked: state.onBlocked,
    ...(next === undefined ? {} : { nextAction: headNext(next, chars) }),
    inHand: topOf(survey.held, limits.held, (task) => heldTask(task, chars)),
    ready: topOf(survey.ready, limits.top, (task) => headTask(task, chars)),
    blocked: topOf(stopped, limits.top, (task) => ({
      ...headTask(task, chars),
      why: neutralizeLine(reasonsOf(state, task)[0] ?? "", chars),
    })),
    needsPerson: topOf(needs, limits.top, (need) => ({ ...need, text: neutralizeLine(need.text, chars) })),
    ...(contested === 0 ? {} : { contested }),
    hot,
    statusLine: renderStatusLine(state, undefined, survey),
    changes: state.changes.slice(-limits.changes).map((change) => ({
      revision: change.revision,
      at: change.at,
      session: neutralizeLine(change.session, LONGEST_SESSION),
      type: neutralizeLine(change.type, 40),
      text: describeChange(state, change, chars),
    })),
    movers: moversOf(state),
    knownFrom: state.changes.length < KEPT_CHANGES ? 0 : state.changes[0]!.revision + 1,
    recent: recentNotes(state, Math.min(RECENT, limits.changes), chars),
    ...checkForms(state, survey, limits.forms),
  };
}

const LOOKED_AT = 200;

/** Each once, those of tasks in hand first: a plan of thousands of tasks may have as many checks. */
function checkForms({ checks }: PlanState, { held }: Survey, maxChars: number): Pick<Head, "checks"> {
  const inHand = new Set(held.map(({ uid }) => uid));
  const first = checks.filter(({ tasks }) => tasks.some((uid) => inHand.has(uid)));
  const forms = new Map<string, CheckForm>();
  let chars = 0;
  for (const { command, isShell, env } of [...first, ...checks].slice(0, LOOKED_AT)) {
    const form = { command, isShell, env };
    const text = JSON.stringify(form);
    if (forms.has(text) || chars + text.length > maxChars) continue;
    chars += text.length;
    forms.set(text, form);
  }
  return forms.size === 0 ? {} : { checks: [...forms.values()] };
}

/** A session's key is never cut, since readers compare it with their own. */
const LONGEST_SESSION = 161;
const RECENT = 3;
const MOVERS = 6;

function moversOf(state: PlanState): Head["movers"] {
  const latest = new Map<string, number>();
  for (const { session, revision } of state.changes) {
    latest.delete(session);
    latest.set(session, revision);
  }
  return [...latest]
    .slice(-MOVERS)
    .map(([session, revision]) => ({ session: neutralizeLine(session, LONGEST_SESSION), revision }));
}

function recentNotes(state: PlanState, count: number, chars: number): readonly string[] {
  const { log, decision, checkpoint, handoff } = state.entries;
  return [log, decision, checkpoint, handoff]
    .flatMap(({ recent }) => recent.slice(-count * 3))
    .filter(({ untrusted, retracted }) => untrusted !== true && retracted !== true)
    .sort((a, b) => a.at - b.at)
    .slice(-count)
    .map(({ task, text }) => neutralizeLine(task === undefined ? text : `${task}: ${text}`, chars));
}

/** Tasks that came done from elsewhere were never seen to land. */
function countLanded({ tasks, reviews, provenCriteria = 0 }: PlanState): number {
  let landed = provenCriteria + (reviews?.resolved ?? 0);
  for (const { landedAt, status, reviews: own } of tasks.values()) {
    if (landedAt !== undefined || status === "implemented" || status === "done") landed += 1;
    landed += own?.resolved ?? 0;
  }
  return landed;
}

function headNext(
  next: NonNullable<ReturnType<typeof effectiveNextAction>>,
  chars: number,
): NonNullable<Head["nextAction"]> {
  const what = neutralizeLine(next.what, chars * 2);
  return next.file === undefined
    ? { what, computed: next.computed }
    : { what, file: neutralizeLine(next.file, 400), computed: next.computed };
}

const headTask = (task: Task, chars: number): HeadTask => ({
  id: nameOf(task),
  title: neutralizeLine(task.title, chars),
});

function heldTask(task: Task, chars: number): HeldTask {
  const claim = task.claim!;
  return {
    ...headTask(task, chars),
    session: neutralizeLine(claim.session, 80),
    fence: neutralizeLine(claim.fence, 80),
    since: claim.at,
    renewedAt: claim.renewedAt,
    leaseMs: claim.leaseMs,
  };
}

const topOf = <T, U>(items: readonly T[], count: number, render: (item: T) => U): Top<U> => ({
  top: items.slice(0, count).map(render),
  count: items.length,
});
