import {
  renderGoalAdopted,
  renderGoalCancelled,
  renderGoalDone,
  renderGoalLine,
  renderGoalOffer,
  renderGoalSet,
  renderGoalStatus,
  renderGoalValidated,
  type GoalSurroundings,
  type GoalView,
} from "../../context/goal.ts";
import { neutralizeLine } from "../../context/neutralize.ts";
import type { JournalEvent } from "../../plan/record.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import { LONGEST_GOAL_TEXT } from "../../workspace/fact-goals.ts";
import type { WorkspaceState } from "../../workspace/facts.ts";
import {
  goalOf,
  unfinishedElsewhere,
  whyNotAdopt,
  whyNotCancel,
  whyNotComplete,
  whyNotValidate,
  type GoalCheck,
  type GoalFact,
} from "../../workspace/goals.ts";
import { isStrong } from "../../workspace/resolve-plan.ts";
import { bindingOf } from "../../workspace/sessions.ts";
import { cancelInPlan, finishInPlan, goalOfPlan, setInPlan, validateInPlan } from "./goal-of-plan.ts";
import type { Workspace } from "../workspace.ts";

/** What a goal command came to: the facts, and the text that a model reads. */
export interface GoalAnswer {
  /** Absent where there is none. */
  readonly goal?: GoalView;
  readonly text: string;
  /** Unfinished goals of other sessions that this one could adopt, where it has none. */
  readonly elsewhere?: readonly GoalView[];
}

export interface NewGoal {
  readonly title: string;
  readonly doneWhen: string;
  readonly description?: string;
  /** A command that shows whether it is reached. */
  readonly check?: string;
}

/** A goal as another program has it. */
export interface ForeignGoal extends Omit<NewGoal, "check"> {
  readonly status: "active" | "completed" | "validated";
  readonly setAt?: number;
  readonly completedAt?: number;
  readonly validatedAt?: number;
}

/** For how long a session that begins is told of a goal that an earlier one left. */
const OFFERED_FOR_MS = 7 * 86_400_000;

/** Sets the caller's goal; that of a session on a plan is the goal of the plan's brief. */
export async function setGoal(workspace: Workspace, goal: NewGoal, plan?: string): Promise<Result<GoalAnswer>> {
  const flaw =
    whyNotText("title", goal.title) ??
    whyNotText("done condition", goal.doneWhen) ??
    (goal.description === undefined ? undefined : whyNotText("description", goal.description)) ??
    (goal.check === undefined ? undefined : whyNotText("check", goal.check));
  if (flaw !== undefined) return { ok: false, refusal: flaw };
  const slug = goalPlanOf(workspace, plan);
  if (!slug.ok) return slug;
  if (slug.value !== undefined) {
    if (goal.check === undefined) return setInPlan(workspace, slug.value, goal);
    return refused("goal-is-plans", `The goal is that of the plan ${slug.value}, which has checks of its own.`, {
      hint: `holdfast check add <id> --kind command --for-plan --shell ${JSON.stringify(goal.check)}`,
    });
  }
  const before = ownGoal(workspace);
  if (!before.ok) return before;
  const { session } = workspace.actor;
  const written = await write(workspace, [{ ...goal, ...projectOf(workspace), type: "goal.set", session }]);
  if (!written.ok) return written;
  const replaced = before.value?.status === "active" ? goalViewOf(before.value) : undefined;
  return ok({ goal: written.value, text: renderGoalSet(written.value, replaced) });
}

/** The caller's goal; where it has none, those that other sessions left, and how one of them is taken over. */
export function showGoal(
  workspace: Workspace,
  plan?: string,
  how: Pick<GoalSurroundings, "adoptBy"> = {},
): Result<GoalAnswer> {
  const slug = goalPlanOf(workspace, plan);
  if (!slug.ok) return slug;
  const now = workspace.now();
  if (slug.value !== undefined) {
    const goal = goalOfPlan(workspace, slug.value);
    if (!goal.ok) return goal;
    const text = renderGoalStatus(goal.value, { now, planWithoutGoal: slug.value });
    return ok({ ...(goal.value === undefined ? {} : { goal: goal.value }), text });
  }
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { session } = workspace.actor;
  const { state } = facts.value;
  const own = goalOf(state, session);
  if (own !== undefined) return ok({ goal: goalViewOf(own), text: renderGoalStatus(goalViewOf(own), { now }) });
  const last = state.goals.findLast((goal) => goal.session === session);
  const elsewhere = leftFor(workspace, state).map(goalViewOf);
  const text = renderGoalStatus(undefined, {
    ...how,
    now,
    elsewhere,
    ...(last === undefined ? {} : { last: goalViewOf(last) }),
  });
  return ok({ text, elsewhere });
}

/** Calls the caller's goal completed. A plan's goal is completed by finishing the plan, under the plan's rules. */
export async function completeGoal(workspace: Workspace, plan?: string): Promise<Result<GoalAnswer>> {
  const slug = goalPlanOf(workspace, plan);
  if (!slug.ok) return slug;
  if (slug.value !== undefined) return finishInPlan(workspace, slug.value);
  const written = await move(workspace, "goal.completed", whyNotComplete);
  return written.ok ? ok({ goal: written.value, text: renderGoalDone(written.value) }) : written;
}

export interface Validation {
  /** What was looked at; somebody has to say it where the goal has no check. */
  readonly looked?: string | undefined;
  /** The caller can wait for the goal's check. */
  readonly runsCheck?: boolean;
  /** Ends the check; nothing is known of it then. */
  readonly stop?: AbortSignal;
}

/** Confirms that a completed goal is reached: by its check, which is run now, and by what somebody says. */
export async function validateGoal(
  workspace: Workspace,
  { looked, runsCheck = false, stop }: Validation,
  plan?: string,
): Promise<Result<GoalAnswer>> {
  const slug = goalPlanOf(workspace, plan);
  if (!slug.ok) return slug;
  if (slug.value !== undefined) return { ok: false, refusal: validateInPlan(workspace, slug.value) };
  const goal = ownGoal(workspace);
  if (!goal.ok) return goal;
  const flaw = whyNotValidate(goal.value);
  if (flaw !== undefined || goal.value === undefined) return { ok: false, refusal: flaw! };
  const { check } = goal.value;
  if (check !== undefined)
    return validateByCheck(workspace, goal.value, check, {
      looked,
      runsCheck,
      ...(stop === undefined ? {} : { stop }),
    });
  const silence = whyNotLooked(looked);
  if (silence !== undefined) return { ok: false, refusal: silence };
  const written = await move(workspace, "goal.validated", whyNotValidate, { looked: looked?.trim() });
  return written.ok ? ok({ goal: written.value, text: renderGoalValidated(written.value) }) : written;
}

async function validateByCheck(
  workspace: Workspace,
  goal: GoalFact,
  check: GoalCheck,
  { looked, runsCheck, stop }: Validation,
): Promise<Result<GoalAnswer>> {
  const { session } = workspace.actor;
  const said = looked?.trim() ?? "";
  const flaw = said === "" ? undefined : whyNotText("statement", said);
  if (flaw !== undefined) return { ok: false, refusal: flaw };
  if (!runsCheck) {
    return refused("goal-not-shown", `Holdfast runs the goal's check before it is validated: ${inShort(check)}`, {
      hint: `In a shell: holdfast goal validate --session ${session}`,
    });
  }
  const ran = await (await import("./goal-check.ts")).runGoalCheck(workspace, goal, check, stop);
  if (!ran.ok) return ran;
  const { log, ...seen } = ran.value;
  const about = { session, goal: goal.id };
  const checked = { ...about, ...seen, type: "goal.checked" };
  if (seen.outcome !== "passed") {
    const noted = await write(workspace, [checked]);
    if (!noted.ok) return noted;
    return refused("goal-not-shown", `The goal's check did not pass: ${seen.why} (${inShort(check)})`, {
      hint: `What it printed is in ${log}.`,
    });
  }
  const shown = said === "" ? `Holdfast ran ${inShort(check)}: ${seen.why}` : said;
  const written = await write(workspace, [checked, { ...about, type: "goal.validated", looked: shown }]);
  return written.ok ? ok({ goal: written.value, text: renderGoalValidated(written.value) }) : written;
}

/** Gives the caller's goal up; it stays in the history with its reason. */
export async function cancelGoal(
  workspace: Workspace,
  { reason }: { readonly reason?: string | undefined } = {},
  plan?: string,
): Promise<Result<GoalAnswer>> {
  const slug = goalPlanOf(workspace, plan);
  if (!slug.ok) return slug;
  if (slug.value !== undefined) return { ok: false, refusal: cancelInPlan(slug.value) };
  const given = reason === undefined || reason.trim() === "" ? {} : { reason: reason.trim() };
  const flaw = given.reason === undefined ? undefined : whyNotText("reason", given.reason);
  if (flaw !== undefined) return { ok: false, refusal: flaw };
  const written = await move(workspace, "goal.cancelled", whyNotCancel, given);
  return written.ok ? ok({ goal: written.value, text: renderGoalCancelled(written.value) }) : written;
}

/**
 * Takes over a goal that another session left; where none is named, the only one there is. Not from a session that
 * shows itself, unless `steal` says so.
 */
export async function adoptGoal(
  workspace: Workspace,
  { id, steal = false }: { readonly id?: string | undefined; readonly steal?: boolean },
): Promise<Result<GoalAnswer>> {
  const slug = goalPlanOf(workspace, undefined);
  if (!slug.ok) return slug;
  if (slug.value !== undefined) {
    return refused("goal-is-plans", `The goal of this session is that of the plan ${slug.value}: it adopts no other.`, {
      hint: "holdfast session release lets go of the plan.",
    });
  }
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { state } = facts.value;
  const { session } = workspace.actor;
  const wanted = chooseGoal(workspace, state, id);
  if (!wanted.ok) return wanted;
  const flaw = whyNotAdopt(wanted.value, goalOf(state, session)) ?? whyNotLeft(workspace, wanted.value, steal);
  if (flaw !== undefined) return { ok: false, refusal: flaw };
  const written = await write(workspace, [{ type: "goal.adopted", session, goal: wanted.value.id }]);
  return written.ok ? ok({ goal: written.value, text: renderGoalAdopted(written.value) }) : written;
}

/** All goals of the workspace that the state still knows, the newest last. */
export function listGoals(workspace: Workspace): Result<readonly GoalView[]> {
  const facts = workspace.facts();
  return facts.ok ? ok(facts.value.state.goals.map(goalViewOf)) : facts;
}

/** Takes a goal in as another program wrote it: the caller's own from then on. */
export async function importGoal(workspace: Workspace, goal: ForeignGoal): Promise<Result<GoalView>> {
  const slug = goalPlanOf(workspace, undefined);
  if (!slug.ok) return slug;
  if (slug.value !== undefined) {
    return refused(
      "goal-is-plans",
      `The goal of this session is that of the plan ${slug.value}: no other is taken in.`,
    );
  }
  const { session } = workspace.actor;
  return write(workspace, [{ ...goal, ...projectOf(workspace), type: "goal.imported", session }]);
}

/**
 * The line about a goal in the hot context of a session: its own goal, or, with `isNew`, one that an earlier session
 * left. Undefined for a session on a plan, whose hot context has the plan's goal, and where there is nothing to say.
 */
export function goalLine(workspace: Workspace, session: string, { isNew = false } = {}): string | undefined {
  const facts = workspace.facts();
  if (!facts.ok) return undefined;
  const { state } = facts.value;
  if (state.goals.length === 0 || bindingOf(state, session) !== undefined) return undefined;
  const own = goalOf(state, session);
  if (own !== undefined || !isNew) return own === undefined ? undefined : renderGoalLine(goalViewOf(own));
  const now = workspace.now();
  const left = unfinishedElsewhere(state, session).find(
    (goal) => now - goal.setAt < OFFERED_FOR_MS && !isShowingItself(workspace, goal),
  );
  return left === undefined ? undefined : renderGoalOffer(goalViewOf(left), now);
}

/** The plan whose goal the caller's is: one that somebody meant, or the default of a shell, which has no session. */
export function goalPlanOf(workspace: Workspace, flag: string | undefined): Result<string | undefined> {
  const choice = workspace.choose(flag);
  if (!choice.ok) return choice;
  if (choice.value.source === "none") return ok(undefined);
  const isMeant = isStrong(choice.value) || (choice.value.source === "default" && workspace.actor.source === "shell");
  return ok(isMeant ? choice.value.slug : undefined);
}

function ownGoal(workspace: Workspace): Result<GoalFact | undefined> {
  const facts = workspace.facts();
  return facts.ok ? ok(goalOf(facts.value.state, workspace.actor.session)) : facts;
}

/** Moves the caller's goal on, where that may be. */
async function move(
  workspace: Workspace,
  type: "goal.completed" | "goal.validated" | "goal.cancelled",
  whyNot: (goal: GoalFact | undefined) => Refusal | undefined,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Result<GoalView>> {
  const goal = ownGoal(workspace);
  if (!goal.ok) return goal;
  const flaw = whyNot(goal.value);
  if (flaw !== undefined) return { ok: false, refusal: flaw };
  return write(workspace, [{ type, session: workspace.actor.session, goal: goal.value?.id, ...more }]);
}

/** Writes events about the caller's goal and tells what the goal is then, cancelled or not. */
async function write(workspace: Workspace, events: readonly JournalEvent[]): Promise<Result<GoalView>> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const by = await workspace.author(undefined);
  if (!by.ok) return by;
  const written = facts.value.write(by.value, events);
  workspace.beat();
  if (!written.ok) return written;
  const { session } = workspace.actor;
  const goal = written.value.goals.findLast((one) => one.session === session && one.status !== "replaced");
  if (goal === undefined) return refused("internal-error", `bug: ${events[0]?.type} left ${session} without a goal`);
  return ok(goalViewOf(goal));
}

const projectOf = ({ caller }: Workspace): { readonly project?: string } =>
  caller.private?.project === undefined ? {} : { project: caller.private.project };

/** What other sessions of the same project left unfinished, the newest first. */
const leftFor = (workspace: Workspace, state: WorkspaceState): readonly GoalFact[] =>
  unfinishedElsewhere(state, workspace.actor.session).filter(
    ({ project }) => project === undefined || project === workspace.caller.private?.project,
  );

function chooseGoal(workspace: Workspace, state: WorkspaceState, id: string | undefined): Result<GoalFact> {
  if (id !== undefined) {
    const named = state.goals.find((goal) => goal.id.toLowerCase() === id.trim().toLowerCase());
    if (named !== undefined) return ok(named);
    return refused("no-such-goal", `There is no goal ${JSON.stringify(id.slice(0, 40))}.`, {
      hint: "holdfast goal list",
    });
  }
  const left = leftFor(workspace, state);
  if (left.length === 1) return ok(left[0]!);
  if (left.length === 0) return refused("no-such-goal", "No other session has left a goal unfinished.");
  return refused("ambiguous-goal", `${left.length} goals are unfinished.`, {
    hint: `One of: ${left
      .slice(0, 10)
      .map((goal) => goal.id)
      .join(", ")}`,
  });
}

const isShowingItself = (workspace: Workspace, { session, machine }: GoalFact): boolean =>
  workspace.livenessOf(session, machine, workspace.settings.leaseMs) === "alive";

function whyNotLeft(workspace: Workspace, goal: GoalFact, steal: boolean): Refusal | undefined {
  if (steal || !isShowingItself(workspace, goal)) return undefined;
  return refuse("goal-in-use", `${goal.session}, whose goal ${goal.id} is, still shows itself.`, {
    hint: `Ask the person; holdfast goal adopt ${goal.id} --steal takes it all the same.`,
  });
}

function whyNotText(name: string, text: string): Refusal | undefined {
  if (text.trim() === "") return refuse("needs-goal-text", `The ${name} of a goal is empty.`);
  if (text.length <= LONGEST_GOAL_TEXT) return undefined;
  return refuse("invalid-goal", `The ${name} has ${text.length} characters; a goal's has up to ${LONGEST_GOAL_TEXT}.`);
}

function whyNotLooked(looked: string | undefined): Refusal | undefined {
  if (looked !== undefined && looked.trim() !== "") return whyNotText("statement", looked.trim());
  return refuse(
    "needs-statement",
    "Nothing checks this goal, so say what was looked at: files, commands and what they showed.",
    {
      hint: "It is kept with the goal.",
    },
  );
}

export function goalViewOf(goal: GoalFact): GoalView {
  const { stamp: _, machine: __, project: ___, check, ...view } = goal;
  return check === undefined ? view : { ...view, check: checkViewOf(check) };
}

const inShort = ({ command }: GoalCheck): string => neutralizeLine(command, 200);

function checkViewOf({ command, last }: GoalCheck): NonNullable<GoalView["check"]> {
  if (last === undefined) return { command };
  const { stamp: _, ...seen } = last;
  return { command, last: seen };
}
