import { parseReview } from "../../evidence/reviews/read-review.ts";
import type { PlanCommand } from "../../plan/commands.ts";
import { findFinding, findTask } from "../../plan/decide/find.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import { isOwnAttempt, lastRound, type Review } from "../../plan/reviews.ts";
import type { PlanState, Task } from "../../plan/state.ts";
import { findActor } from "../../workspace/actor.ts";
import { performOn, type Performed } from "../perform.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import { reviewedDigest } from "./review-trees.ts";
import type { Workspace } from "../workspace.ts";

/** What a reviewer hands in, by hand or as text; a review without a task is of the plan as a whole. */
export interface HandedIn {
  readonly id?: string;
  readonly reviewer?: string;
  /** As `parseReview` takes it. */
  readonly text: string;
}

export interface Reviewed extends Performed {
  readonly reviewer: string;
  readonly task?: Task;
  /** The round as it was kept. */
  readonly round: Review;
}

type Report = Extract<PlanCommand, { readonly type: "report-review" }>;

/** Records a review that somebody gives field by field. */
export const addReview = (
  workspace: Workspace,
  plan: string | undefined,
  report: Omit<Report, "type">,
): Promise<Result<Reviewed>> =>
  withReviewer(workspace, plan, report.id, (store) => record(store, { type: "report-review", ...report }));

/**
 * Records a review from what a reviewer wrote. What cannot be read is recorded as a capture that failed; a review of
 * something else, or by somebody else, than was said is a mistake, and is not.
 */
export const importReview = (
  workspace: Workspace,
  plan: string | undefined,
  handed: HandedIn,
): Promise<Result<Reviewed>> => withReviewer(workspace, plan, handed.id, (store) => recordText(store, handed));

/** As `importReview`, for whoever has a plan open and has seen who reviewed. `attempt`: the one that was looked at. */
export async function recordText(
  store: PlanStore,
  { id, reviewer, text, attempt }: HandedIn & { readonly attempt?: string },
): Promise<Result<Reviewed>> {
  const read = parseReview(text);
  const isRead = read.kind === "review";
  const name = reviewer ?? (isRead ? read.reviewer : undefined);
  if (name === undefined) {
    return refused("usage-missing-option", "--reviewer says who reviewed: the review itself does not");
  }
  const about = { ...(id === undefined ? {} : { id }), ...(attempt === undefined ? {} : { attempt }) };
  if (!isRead) return record(store, { type: "fail-review", ...about, reviewer: name, why: read.why });
  const mistaken = mistakeIn(read, id, name);
  if (mistaken !== undefined) return { ok: false, refusal: mistaken };
  const { says, findings, assessments, format } = read;
  return record(store, {
    type: "report-review",
    ...about,
    reviewer: name,
    ...(says === undefined ? {} : { verdict: says }),
    findings,
    assessments,
    format,
  });
}

function mistakeIn(
  said: { readonly task?: string; readonly reviewer?: string },
  id: string | undefined,
  reviewer: string,
): Refusal | undefined {
  const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  if (said.task !== undefined && !isSame(said.task, id ?? "plan")) {
    return refuse(
      "bad-review",
      `this says that it is a review of ${said.task.slice(0, 80)}, not of ${id ?? "the plan"}`,
    );
  }
  if (said.reviewer !== undefined && !isSame(said.reviewer, reviewer)) {
    return refuse("bad-review", `this says that it is by ${said.reviewer.slice(0, 80)}, not by ${reviewer}`);
  }
  return undefined;
}

/** Records that what a reviewer said could not be had. */
export const failReview = (
  workspace: Workspace,
  plan: string | undefined,
  given: { readonly id?: string; readonly reviewer: string; readonly why: string },
): Promise<Result<Reviewed>> => withStore(workspace, plan, (store) => recordFailure(store, given));

/** The same, for whoever has a plan open. */
export const recordFailure = (
  store: PlanStore,
  given: { readonly id?: string; readonly reviewer: string; readonly why: string; readonly attempt?: string },
): Promise<Result<Reviewed>> => record(store, { type: "fail-review", ...given });

/** Says what became of a review finding. */
export const assessFinding = (
  workspace: Workspace,
  plan: string | undefined,
  given: { readonly finding: string; readonly state: "resolved" | "still-there"; readonly why: string },
): Promise<Result<Performed>> =>
  withStore(workspace, plan, async (store) => {
    const known = findFinding(store.state, given.finding);
    if ("refusal" in known) return { ok: false, refusal: known.refusal };
    const refusal = await whyNotReviewer(workspace, known.found.task);
    return refusal === undefined
      ? await performOn(store, { type: "assess-finding", ...given })
      : { ok: false, refusal };
  });

/** Records what a reviewer came to, with what was there to be looked at. */
export async function record(
  store: PlanStore,
  command: Extract<PlanCommand, { reviewer: string }>,
): Promise<Result<Reviewed>> {
  const done = await performOn(store, command.type === "report-review" ? await withDiff(store, command) : command);
  if (!done.ok) return done;
  const { id, reviewer } = command;
  const task = id === undefined ? undefined : taskOf(done.value.state, id);
  const round = lastRound((task ?? done.value.state).reviews, reviewer);
  if (round === undefined) throw new Error("bug: a review that was recorded is not there");
  return ok({ ...done.value, reviewer, round, ...(task === undefined ? {} : { task }) });
}

/** With what was there to be looked at, as far as that can be told. */
async function withDiff({ workspace, state }: PlanStore, report: Report): Promise<Report> {
  const task = report.id === undefined ? undefined : taskOf(state, report.id);
  // A task that is not there is refused for that.
  if (report.id !== undefined && task === undefined) return report;
  const diff = await reviewedDigest(workspace, state, task, report.attempt);
  return diff === undefined ? report : { ...report, diff };
}

function taskOf(state: PlanState, id: string): Task | undefined {
  const task = findTask(state, id);
  return "refusal" in task ? undefined : task.found;
}

/** Opens a plan for whoever may review it. */
export function withReviewer<T>(
  workspace: Workspace,
  plan: string | undefined,
  id: string | undefined,
  use: (store: PlanStore) => Promise<Result<T>>,
): Promise<Result<T>> {
  return withStore(workspace, plan, async (store) => {
    const task = id === undefined ? undefined : findTask(store.state, id);
    if (task !== undefined && "refusal" in task) return { ok: false, refusal: task.refusal };
    const refusal = await whyNotReviewer(workspace, task?.found);
    return refusal === undefined ? await use(store) : { ok: false, refusal };
  });
}

/**
 * Who reviews has to be known: a person, or a session by its name, and that under every name by which the caller goes.
 * The rules of the plan look at one of them only.
 */
async function whyNotReviewer(workspace: Workspace, task: Task | undefined): Promise<Refusal | undefined> {
  const { actor, caller } = workspace;
  if ((await workspace.person()) !== undefined) return undefined;
  if (actor.source === "shell") {
    return refuse("needs-a-session", "who reviews cannot be told: this shell belongs to no session", {
      hint: "--session <host>:<id> names yours; or a person reviews in a terminal of their own",
    });
  }
  const attempt = task?.claim ?? task?.attempts.at(-1);
  const { HOLDFAST_SESSION: _, ...env } = caller.env;
  const names = [findActor({ env: caller.env }), findActor({ env })].flatMap((found) =>
    found.ok && found.value.source !== "shell" && found.value.session !== actor.session ? [found.value.session] : [],
  );
  const own = attempt === undefined ? undefined : names.find((session) => isOwnAttempt(attempt, { session }));
  if (own === undefined) return undefined;
  return refuse("own-review", `${actor.session} is started by ${own}, which cannot review its own attempt`, {
    hint: "another session, a subagent started to review it, or a person reviews it",
  });
}

function withStore<T>(
  workspace: Workspace,
  plan: string | undefined,
  use: (store: PlanStore) => Promise<Result<T>>,
): Promise<Result<T>> {
  const opened = workspace.plan(plan);
  if (!opened.ok) return Promise.resolve(opened);
  return use(opened.value).finally(() => opened.value.close());
}
