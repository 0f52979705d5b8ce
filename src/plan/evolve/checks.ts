import type { Draft } from "../draft.ts";
import type { PlanEvent, PlanEventOf } from "../events.ts";
import { checkById, isUndecided, isWeaker, lastEvidence } from "../checks.ts";
import { provesCriterion } from "../criteria.ts";
import { describeTask } from "../graph.ts";
import { validateId } from "../names.ts";
import { omit } from "../omit.ts";
import { refuse, type Refusal } from "../refusal.ts";
import {
  DEFAULT_CHECK_TIMEOUT_MS,
  KEPT_EVIDENCE,
  type Check,
  type CheckKind,
  type Evidence,
  type EvidenceOutcome,
  type Observed,
  type ObservedOutcome,
  type TestCounts,
} from "../check-state.ts";
import type { Task, TaskUid } from "../state.ts";
import { COMPARED_FORM, fits } from "../state-shapes.ts";
import { causeOf } from "./holder.ts";
import { noteProven } from "./acceptance.ts";
import { isPersons } from "./permission.ts";
import { isUnderWay, noTask, reopenPlan, reopenTask } from "./task-structure.ts";

/** Fields of a check that may be taken away again: it then has what it has by default. */
const CLEARABLE = ["repo", "withRepos", "dir", "report", "match", "passes", "runs"] as const;

type Given = PlanEventOf<"check.added"> | PlanEventOf<"check.edited">;

export function addCheck(draft: Draft, event: PlanEventOf<"check.added">): Refusal | undefined {
  const valid = validateId(event.check);
  if (!valid.ok) return valid.refusal;
  const known = checkById(draft.plan, event.check);
  if (known !== undefined) {
    return refuse("check-exists", `there is a check ${known.id} already`, {
      hint: `holdfast check edit ${known.id}`,
      cause: known.stamp,
    });
  }
  const { at, by } = draft.record;
  const check: Check = {
    id: event.check,
    kind: event.kind as CheckKind,
    command: event.command,
    isShell: false,
    env: {},
    timeoutMs: DEFAULT_CHECK_TIMEOUT_MS,
    exit: 0,
    minTests: 1,
    tasks: [],
    criteria: [],
    isForPlan: false,
    isForWaves: false,
    outputs: [],
    scope: [],
    isExclusive: false,
    evidence: [],
    at,
    session: by.session,
    stamp: draft.stamp,
    ...givenFields(event),
  };
  const bad = whyBad(check) ?? whyFixed(draft, check.tasks);
  if (bad !== undefined) return bad;
  draft.set({ checks: [...draft.plan.checks, check] });
  draft.tell(event.type, check.id, check.command.join(" "));
  return undefined;
}

/** A check in another form is another check: what was seen of the old one says nothing of it. */
export function editCheck(draft: Draft, event: PlanEventOf<"check.edited">): Refusal | undefined {
  const known = checkById(draft.plan, event.check);
  if (known === undefined) return noCheck(event.check);
  const check = changedCheck(draft, known, event);
  const bad = whyBad(check) ?? whyApproved(draft, known, check) ?? whyFixed(draft, [...known.tasks, ...check.tasks]);
  if (bad !== undefined) return bad;
  putCheck(draft, check);
  withdrawProposals(draft, known.id);
  draft.tell(event.type, check.id, check.command.join(" "));
  return undefined;
}

/** A check as it would be afterwards. What a person changes they have approved, but not yet what it resolves to. */
export function changedCheck(draft: Draft, known: Check, event: PlanEventOf<"check.edited">): Check {
  const cleared = CLEARABLE.filter((field) => event.cleared?.includes(field));
  const { at, by } = draft.record;
  const isOwn = known.approved !== undefined && isPersons(by);
  return {
    ...omit(known, "observed", ...cleared),
    ...(event.kind === undefined ? {} : { kind: event.kind as CheckKind }),
    ...(event.command === undefined ? {} : { command: event.command }),
    ...givenFields(event),
    ...(isOwn ? { approved: { resolved: {}, person: by.person ?? "", at, stamp: draft.stamp } } : {}),
    evidence: [],
    stamp: draft.stamp,
  };
}

export function dropCheck(draft: Draft, event: PlanEventOf<"check.dropped">): Refusal | undefined {
  const known = checkById(draft.plan, event.check);
  if (known === undefined) return noCheck(event.check);
  const fixed = whyApproved(draft, known, undefined) ?? whyFixed(draft, known.tasks);
  if (fixed !== undefined) return fixed;
  draft.set({ checks: draft.plan.checks.filter(({ id }) => id !== known.id) });
  withdrawProposals(draft, known.id);
  draft.tell(event.type, known.id, event.why);
  return undefined;
}

/** What a person approved is made weaker by a person alone; others propose it. */
function whyApproved({ record }: Draft, known: Check, next: Check | undefined): Refusal | undefined {
  if (known.approved === undefined || isPersons(record.by)) return undefined;
  if (next !== undefined && !isWeaker(known, next)) return undefined;
  return refuse(
    "check-approved",
    `${known.id} was approved by ${known.approved.person}: others do not make it weaker`,
    {
      hint: "a person changes it",
      cause: known.approved.stamp,
    },
  );
}

/** Proposals for a form of a check that is gone. */
function withdrawProposals(draft: Draft, check: string): void {
  const proposals = draft.plan.proposals.filter((proposal) => proposal.check !== check);
  if (proposals.length < draft.plan.proposals.length) draft.set({ proposals });
}

/** Evidence of a check as it is now. A failure reopens what was done on it: a task, and with it the plan. */
export function recordEvidence(
  draft: Draft,
  event: PlanEventOf<"evidence.recorded">,
  index: number,
): Refusal | undefined {
  const check = checkById(draft.plan, event.check);
  if (check === undefined) return noCheck(event.check);
  if (event.form !== check.stamp) return whyChanged(check);
  if (!isOutcome(event.outcome)) {
    return refuse("bad-value", `evidence is passed, failed or void, not ${event.outcome}`);
  }
  const { id, at, by } = draft.record;
  const evidence: Evidence = {
    ...pick(event, ["why", "exit", "durationMs", "tree", "repos", "programs", "lockfiles", "ignoreRules", "resolved"]),
    ...pick(event, ["series", "commit", "log", "logDigest", "testsDigest"]),
    ...(fits(event.compared, COMPARED_FORM) ? { compared: event.compared as Evidence["compared"] & object } : {}),
    ...(isCounts(event.tests) ? { tests: event.tests } : {}),
    id: `${id}.${index}`,
    outcome: event.outcome,
    ...(isUndecided(check, { ...event, outcome: event.outcome }) ? { isPartial: true } : {}),
    at,
    session: by.session,
    ...(by.machine === undefined ? {} : { machine: by.machine }),
    stamp: draft.stamp,
  };
  putCheck(draft, { ...check, evidence: keptOf(check, evidence) });
  draft.tell(event.type, check.id, `${event.outcome}: ${event.why}`);
  if (event.outcome === "passed") noteProven(draft, check);
  if (event.outcome === "failed" && evidence.isPartial === undefined) {
    for (const uid of check.tasks) reopenOn(draft, draft.get(uid), check);
    if (check.isForPlan || provesCriterion(draft.plan, check))
      reopenPlan(draft, `${check.id} fails, which it was done on`);
  }
  return undefined;
}

/** What a host told of a run of a check as it is now. It stands beside the evidence, and moves nothing by itself. */
export function recordObserved(draft: Draft, event: PlanEventOf<"check.observed">, index: number): Refusal | undefined {
  const check = checkById(draft.plan, event.check);
  if (check === undefined) return noCheck(event.check);
  if (event.form !== check.stamp) return whyChanged(check);
  if (!isObservedOutcome(event.outcome)) {
    return refuse("bad-value", `what is observed is passed, failed or unknown, not ${event.outcome}`);
  }
  const { id, at, by } = draft.record;
  const observed: Observed = {
    ...pick(event, ["why", "exit", "tree", "commit"]),
    ...(isCounts(event.tests) ? { tests: event.tests } : {}),
    id: `${id}.${index}`,
    outcome: event.outcome,
    at,
    session: by.session,
    ...(by.machine === undefined ? {} : { machine: by.machine }),
    stamp: draft.stamp,
  };
  putCheck(draft, { ...check, observed });
  draft.tell(event.type, check.id, `${event.outcome}: ${event.why}`);
  return undefined;
}

const whyChanged = ({ id, stamp }: Check): Refusal =>
  refuse("check-changed", `${id} was changed while it ran: this proves nothing about it`, {
    hint: `holdfast verify --check ${id}`,
    cause: stamp,
  });

/** The last few, all that may still count together, and the last that decides whatever came after it. */
function keptOf(check: Check, next: Evidence): readonly Evidence[] {
  const evidence = [...check.evidence, next];
  const kept = evidence.slice(1 - KEPT_EVIDENCE - (check.runs ?? 1));
  const decisive = lastEvidence({ evidence });
  return decisive === undefined || kept.includes(decisive) ? kept : [decisive, ...kept];
}

function reopenOn(draft: Draft, task: Task | undefined, check: Check): void {
  if (task?.status !== "done") return;
  reopenTask(draft, omit(task, "proof"), "implemented");
  reopenPlan(draft, `${check.id} fails, which ${task.id} was done on`);
}

/** Names the check with what it has now in place of what it had. */
export function putCheck(draft: Draft, check: Check): void {
  draft.set({ checks: draft.plan.checks.map((other) => (other.id === check.id ? check : other)) });
}

function givenFields(event: Given): Partial<Check> {
  return {
    ...pick(event, [
      "repo",
      "withRepos",
      "dir",
      "env",
      "timeoutMs",
      "exit",
      "minTests",
      "passes",
      "runs",
      "report",
      "match",
      "outputs",
      "scope",
    ]),
    ...(event.shell === undefined ? {} : { isShell: event.shell }),
    ...(event.plan === undefined ? {} : { isForPlan: event.plan }),
    ...(event.waves === undefined ? {} : { isForWaves: event.waves }),
    ...(event.exclusive === undefined ? {} : { isExclusive: event.exclusive }),
    ...(event.criteria === undefined ? {} : { criteria: [...new Set(event.criteria)] }),
    ...(event.tasks === undefined ? {} : { tasks: [...new Set(event.tasks)] as TaskUid[] }),
  };
}

function pick<T extends PlanEvent, K extends keyof T>(event: T, fields: readonly K[]): Pick<T, K> {
  const given = fields.flatMap((field) => (event[field] === undefined ? [] : [[field, event[field]] as const]));
  return Object.fromEntries(given) as Pick<T, K>;
}

export function whyBad({
  id,
  kind,
  command,
  isShell,
  timeoutMs,
  exit,
  minTests,
  passes = 1,
  runs = 1,
}: Check): Refusal | undefined {
  const bad = (message: string): Refusal => refuse("bad-value", `check ${id}: ${message}`);
  if (kind !== "test" && kind !== "command") return bad(`a check is a test or a command, not ${String(kind)}`);
  if (command.length === 0 || command[0]!.trim() === "") return bad("it runs nothing");
  if (isShell && command.length !== 1) return bad("what a shell runs is one text");
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) return bad("its timeout is more than none and at most a day");
  if (!Number.isInteger(exit) || exit < 0 || exit > 255) return bad("an exit code is a whole number from 0 to 255");
  if (!Number.isInteger(minTests) || minTests < 1) return bad("at least one test must run");
  if (!Number.isInteger(runs) || !Number.isInteger(passes) || passes < 1 || passes > runs || runs > MAX_RUNS) {
    return bad(`of at most ${MAX_RUNS} runs at least one must pass, and no more than there are`);
  }
  return undefined;
}

const MAX_RUNS = 9;
const MAX_TIMEOUT_MS = 24 * 60 * 60_000;

/** What proves a task does not change while somebody does it, or once it is done; a person may all the same. */
function whyFixed(draft: Draft, tasks: readonly TaskUid[]): Refusal | undefined {
  for (const uid of tasks) {
    const task = draft.get(uid);
    if (task === undefined) return noTask(uid);
    if (!isUnderWay(task) || isPersons(draft.record.by)) continue;
    return refuse("task-under-way", `${describeTask(task)}: what proves it does not change under it`, {
      hint: `${task.status === "in_progress" ? `holdfast task release ${task.id}` : `holdfast task retry ${task.id} --note "…"`} first; or a person changes the check`,
      ...causeOf(task),
    });
  }
  return undefined;
}

export const noCheck = (id: string): Refusal =>
  refuse("no-such-check", `there is no check ${id}`, { hint: "holdfast check list" });

const isOutcome = (outcome: string): outcome is EvidenceOutcome =>
  outcome === "passed" || outcome === "failed" || outcome === "void";

const isObservedOutcome = (outcome: string): outcome is ObservedOutcome =>
  outcome === "passed" || outcome === "failed" || outcome === "unknown";

const isCounts = (tests: unknown): tests is TestCounts =>
  typeof tests === "object" &&
  tests !== null &&
  (["passed", "failed", "skipped"] as const).every((name) => {
    const count = (tests as Record<string, unknown>)[name];
    return Number.isSafeInteger(count) && (count as number) >= 0;
  });
