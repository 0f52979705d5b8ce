import { observedSince } from "../plan/checks.ts";
import { criticalPath, effectiveNextAction, explainWait, nextStep, touchConflicts } from "../plan/graph.ts";
import type { Role } from "../plan/record.ts";
import type { ObservedOutcome } from "../plan/check-state.ts";
import type { Attempt, Change, PlanState, PlanStatus, PlanType, Proof, Task, TaskStatus } from "../plan/state.ts";
import { acceptanceSeen, type Accepted } from "./acceptance.ts";
import { listPersonNeeds, type PersonNeed } from "./needs-person.ts";
import type { StandingView } from "./standing.ts";
import { findStuck, leaseEnd, type Stuck } from "./stuck.ts";
import { surveyTasks } from "./survey.ts";
import { taskSeen, type TaskSeen } from "./task-seen.ts";

/** Who looks, and when: milliseconds since the epoch. */
export interface StatusView {
  readonly now: number;
  readonly session?: string;
  readonly role?: Role;
  readonly standing?: StandingView;
}

export interface StatusTask extends TaskSeen {
  readonly id: string;
  readonly title: string;
  readonly status: TaskStatus;
  readonly proof?: Proof;
  readonly wave: number;
  readonly priority: number;
  readonly parents: readonly string[];
  readonly ready: boolean;
  readonly statusAt: number;
  readonly attempts: number;
  readonly steps: { readonly done: number; readonly total: number; readonly next?: string };
  readonly claim?: StatusClaim;
  /** A claim of another clone, until a merge is settled. */
  readonly rival?: StatusClaim;
}

export interface StatusClaim {
  readonly session: string;
  readonly worker?: string;
  readonly fence: string;
  readonly since: number;
  readonly leaseEndsAt: number;
  readonly expired: boolean;
}

/** What `holdfast status --json` prints. Texts are as they were written; times are milliseconds since the epoch. */
export interface StatusJson extends StandingView {
  readonly slug: string;
  readonly title: string;
  readonly type: PlanType;
  readonly status: PlanStatus | "none";
  readonly proof?: Proof;
  readonly phase: string;
  readonly role?: Role;
  readonly goal?: string;
  readonly doneWhen?: string;
  readonly revision: number;
  readonly wave: { readonly current: number; readonly last: number };
  readonly counts: Readonly<Record<TaskStatus, number>>;
  readonly nextAction?: {
    readonly what: string;
    readonly file?: string;
    readonly computed: boolean;
    readonly task?: string;
  };
  readonly tasks: readonly StatusTask[];
  readonly ready: readonly string[];
  /** Tasks that cannot begin or go on, each with what it waits for; of `todo` tasks the first few only. */
  readonly waiting: readonly { readonly id: string; readonly on: readonly string[] }[];
  /** The longest chain of open tasks, by id, first to last. */
  readonly criticalPath: readonly string[];
  readonly stuck: readonly Stuck[];
  readonly needsPerson: readonly PersonNeed[];
  readonly touchConflicts: readonly {
    readonly path: string;
    readonly wave: number;
    readonly tasks: readonly string[];
  }[];
  /** How many acceptance criteria are proven, as last seen: the tree is not looked at. */
  readonly acceptance: Accepted;
  /** Checks that ran in a session's shell since Holdfast ran them last: no evidence. */
  readonly observed: readonly StatusObserved[];
  readonly events: readonly Change[];
}

export interface StatusObserved {
  readonly check: string;
  readonly outcome: ObservedOutcome;
  readonly why: string;
  readonly at: number;
  readonly session: string;
}

/** Explaining a wait looks at the whole plan. */
const EXPLAINED_WAITS = 50;
const SHOWN_EVENTS = 10;

/** Everything that `renderStatus` tells, as data. */
export function statusJson(state: PlanState, view: StatusView): StatusJson {
  const survey = surveyTasks(state);
  const ready = new Set(survey.ready);
  const next = effectiveNextAction(state, view.session, survey);
  return {
    slug: state.slug,
    title: state.title,
    type: state.type,
    status: state.status,
    ...given("proof", state.proof),
    phase: state.phase,
    ...given("role", view.role),
    ...view.standing,
    ...given("goal", state.brief.goal),
    ...given("doneWhen", state.brief.doneWhen),
    revision: state.revision,
    wave: { current: survey.wave, last: survey.waves },
    counts: survey.counts,
    ...given(
      "nextAction",
      next && {
        what: next.what,
        ...given("file", next.file),
        computed: next.computed,
        ...given("task", next.task?.id),
      },
    ),
    tasks: Array.from(state.tasks.values(), (task) => statusTask(state, task, ready.has(task), view.now)),
    ready: survey.ready.map(({ id }) => id),
    waiting: [...survey.blocked, ...survey.failed, ...survey.waiting].slice(0, EXPLAINED_WAITS).map((task) => ({
      id: task.id,
      on: reasonsOf(state, task),
    })),
    criticalPath: criticalPath(state).map(({ id }) => id),
    stuck: findStuck(state, survey, view.now),
    needsPerson: listPersonNeeds(state, survey),
    touchConflicts: touchConflicts(state, survey.open).map(({ path, wave, tasks }) => ({
      path,
      wave,
      tasks: tasks.map(({ id }) => id),
    })),
    acceptance: acceptanceSeen(state),
    observed: statusObserved(state),
    events: state.changes.slice(-SHOWN_EVENTS).toReversed(),
  };
}

/** What hosts told of checks that Holdfast has not run since, the latest first. */
export const statusObserved = ({ checks }: Pick<PlanState, "checks">): readonly StatusObserved[] =>
  checks
    .flatMap((check) => {
      const observed = observedSince(check);
      if (observed === undefined) return [];
      const { outcome, why, at, session } = observed;
      return [{ check: check.id, outcome, why, at, session }];
    })
    .sort((a, b) => b.at - a.at);

/** Why a task does not begin or go on, in words. */
export function reasonsOf(state: PlanState, task: Task): readonly string[] {
  const blocker = task.blockers.at(-1);
  if (task.status === "blocked" && blocker !== undefined) return [`${blocker.why} → ${blocker.resolve}`];
  if (task.status === "failed") return [task.failure?.why ?? "failed, without a reason"];
  return explainWait(state, task).map(({ text }) => text);
}

export function statusTask(state: PlanState, task: Task, ready: boolean, now: number): StatusTask {
  return {
    id: task.id,
    title: task.title,
    status: task.status,
    ...given("proof", task.proof),
    wave: task.wave,
    priority: task.priority,
    parents: task.parents.map((uid) => state.tasks.get(uid)?.id ?? uid),
    ready,
    statusAt: task.statusAt,
    attempts: task.attemptCount,
    steps: {
      done: task.steps.filter(({ done }) => done).length,
      total: task.steps.length,
      ...given("next", nextStep(task)?.text),
    },
    ...taskSeen(state, task),
    ...given("claim", task.claim && statusClaim(task.claim, now)),
    ...given("rival", task.rival && statusClaim(task.rival, now)),
  };
}

const statusClaim = (claim: Attempt, now: number): StatusClaim => ({
  session: claim.session,
  ...given("worker", claim.worker),
  fence: claim.fence,
  since: claim.at,
  leaseEndsAt: leaseEnd(claim),
  expired: leaseEnd(claim) <= now,
});

/** A field, or nothing where it has no value. */
const given = <K extends string, V>(field: K, value: V | undefined): { readonly [F in K]?: V } =>
  value === undefined ? {} : ({ [field]: value } as { readonly [F in K]: V });
