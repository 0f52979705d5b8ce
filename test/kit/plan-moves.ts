import * as fc from "fast-check";
import type { PlanCommand } from "../../src/plan/commands.ts";
import { checkById } from "../../src/plan/checks.ts";
import { readyTasks, taskById } from "../../src/plan/graph.ts";
import type { Author, Stamp } from "../../src/plan/record.ts";
import type { Evidence, EvidenceOutcome, ObservedOutcome } from "../../src/plan/check-state.ts";
import type { EntryKind, LaneKind, PlanState, TaskStatus } from "../../src/plan/state.ts";
import type { Severity } from "../../src/plan/severity.ts";
import { blocker, observer, person, worker, writer } from "./plan.ts";

/**
 * Something that somebody might try next. Names are drawn from small pools, so that moves meet; one that is not `wild`
 * is about a task that is fit for it, where there is one.
 */
export interface Move {
  readonly isWild: boolean;
  readonly what: PlanCommand["type"];
  readonly who: "writer" | "other" | "worker" | "observer" | "person";
  readonly id: string;
  readonly others: readonly string[];
  readonly fence: "live" | "rival" | "old" | "none" | "wrong";
  readonly text: string;
  readonly n: number;
  readonly flag: boolean;
  readonly waitMs: number;
}

const COMMON: readonly PlanCommand["type"][] = [
  "add-tasks",
  "claim-task",
  "start-task",
  "implement-task",
  "finish-task",
];
const REST: readonly PlanCommand["type"][] = [
  "edit-plan",
  "rename-plan",
  "pause-plan",
  "resume-plan",
  "block-plan",
  "finish-plan",
  "pass-wave",
  "approve-plan",
  "accept-check",
  "settle-proposal",
  "abort-plan",
  "archive-plan",
  "reopen-plan",
  "enter-phase",
  "edit-phase",
  "record-next",
  "clear-next",
  "edit-task",
  "reparent-task",
  "reorder-task",
  "drop-task",
  "restore-task",
  "release-task",
  "tick-step",
  "block-task",
  "unblock-task",
  "fail-task",
  "retry-task",
  "add-output",
  "log-task",
  "add-entry",
  "retract-entry",
  "record-confidence",
  "waive-confidence",
  "give-waiver",
  "create-lane",
  "start-lane",
  "block-lane",
  "complete-lane",
  "cancel-lane",
  "promote-lane",
  "add-check",
  "edit-check",
  "drop-check",
  "record-evidence",
  "record-evidence",
  "record-observed",
  "request-reviews",
  "report-review",
  "report-review",
  "fail-review",
  "assess-finding",
  "waive-finding",
  "waive-reviewer",
  "settle-conflict",
  "sign-off-criterion",
];
/** Where plans go on living: moves that put a plan away are rare. */
const CLOSING = new Set<string>(["abort-plan", "archive-plan", "pause-plan", "block-plan"]);

export const IDS = ["T1", "t1", "T2", "T3", "T4", "research", "IMPL-1.2"] as const;
const TEXTS = [
  "tests pass",
  "needs a look",
  "",
  "__proto__",
  "constructor",
  "line\nline",
  "\u{1f600}\u{d83d}",
] as const;

const rest = fc.constantFrom(...REST.filter((type) => !CLOSING.has(type)));

export const anyMove: fc.Arbitrary<Move> = fc.record({
  isWild: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  what: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...COMMON) },
    { weight: 8, arbitrary: rest },
    { weight: 1, arbitrary: fc.constantFrom(...REST) },
  ),
  who: fc.oneof(
    { weight: 8, arbitrary: fc.constant("writer" as const) },
    { weight: 2, arbitrary: fc.constantFrom("other" as const, "worker", "observer", "person") },
  ),
  id: fc.constantFrom(...IDS),
  others: fc.uniqueArray(fc.constantFrom(...IDS), { maxLength: 3 }),
  fence: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("live" as const, "live", "none") },
    { weight: 1, arbitrary: fc.constantFrom("rival" as const, "old", "wrong") },
  ),
  text: fc.constantFrom(...TEXTS),
  n: fc.nat({ max: 6 }),
  flag: fc.boolean(),
  waitMs: fc.constantFrom(0, 0, 1, 1000, 20 * 60_000),
});

export const movesOf = (maxLength: number): fc.Arbitrary<readonly Move[]> =>
  fc.array(anyMove, { minLength: 1, maxLength, size: "max" });

const OF_A_PERSON = new Set<string>([
  "waive-confidence",
  "give-waiver",
  "settle-conflict",
  "waive-finding",
  "waive-reviewer",
  "sign-off-criterion",
]);

/** Nobody reviews what they did themselves. */
const OF_ANOTHER = new Set<string>(["report-review", "assess-finding"]);

export function authorOf(move: Move, home: Author): Author {
  if (OF_A_PERSON.has(move.what) && !move.isWild) return person();
  if (OF_ANOTHER.has(move.what) && !move.isWild) return observer("codex:reviewer");
  switch (move.who) {
    case "writer":
      return home;
    case "other":
      return writer(`${home.session}-2`);
    case "worker":
      return worker(`${home.session}-w`);
    case "observer":
      return observer();
    case "person":
      return person();
    default: {
      const never: never = move.who;
      return never;
    }
  }
}

const PHASES = ["clarify", "plan", "execute", "verify", "nowhere"];
const LANES = ["look", "Look", "spike-1"];
const LANE_KINDS: readonly LaneKind[] = ["discovery", "spike", "verify", "review", "catchup", "other"];
const ENTRIES: readonly EntryKind[] = ["log", "finding", "decision", "handoff", "checkpoint"];
const CHECKS = ["unit", "Unit", "lint"];
const OUTCOMES: readonly EvidenceOutcome[] = ["passed", "passed", "failed", "void"];
const SEEN: readonly ObservedOutcome[] = ["passed", "failed", "unknown"];
const TREES = ["tree-1", "tree-2"];
const REVIEWERS = ["security", "Security", "style"];
const SEVERITY: readonly Severity[] = ["critical", "high", "advisory"];
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

function fenceOf(state: PlanState, { id, fence }: Move): { readonly fence?: string } {
  const task = taskById(state, id);
  const known = {
    live: task?.claim?.fence ?? task?.attempts.at(-1)?.fence,
    rival: task?.rival?.fence,
    old: task?.attempts[0]?.fence,
    wrong: "00000000000000000000",
    none: undefined,
  }[fence];
  return known === undefined ? {} : { fence: known };
}

const FIT: Readonly<Record<string, readonly TaskStatus[]>> = {
  "release-task": ["in_progress"],
  "tick-step": ["in_progress", "implemented"],
  "implement-task": ["in_progress"],
  "finish-task": ["in_progress", "implemented"],
  "block-task": ["in_progress", "implemented", "todo"],
  "fail-task": ["in_progress", "implemented"],
  "unblock-task": ["blocked"],
  "retry-task": ["implemented", "done", "blocked", "failed"],
  "restore-task": ["dropped"],
  "drop-task": ["todo", "blocked", "failed"],
  "edit-task": ["todo"],
  "reparent-task": ["todo"],
  "log-task": ["todo", "in_progress", "done"],
  "add-output": ["in_progress", "done"],
  "record-confidence": ["in_progress", "implemented", "done"],
  "request-reviews": ["in_progress", "implemented", "done"],
  "report-review": ["implemented", "implemented", "done"],
  "fail-review": ["implemented", "done"],
};

function idFor(state: PlanState, { what, id, n, isWild }: Move): string {
  if (isWild) return id;
  const starts = what === "claim-task" || what === "start-task";
  const statuses = FIT[what] ?? [];
  const doubted = [...state.tasks.values()].filter(({ confidence }) => confidence !== undefined);
  const fit = starts ? readyTasks(state) : [...state.tasks.values()].filter(({ status }) => statuses.includes(status));
  const list = what === "waive-confidence" ? doubted : fit;
  return list.length === 0 ? id : pick(list, n).id;
}

/** Other tasks of the plan rather than names that may not be there. */
function othersFor(state: PlanState, { others, isWild }: Move): readonly string[] {
  return isWild ? others : others.filter((other) => taskById(state, other) !== undefined);
}

/** The same digest for all checks, as of somebody who looked once. */
const treesFor = (state: PlanState, tree: string): Readonly<Record<string, string>> =>
  Object.fromEntries(state.checks.map(({ id }) => [id, tree]));

/** A review finding that is there, if any, of the task or of the plan. */
const findingFor = (state: PlanState, { id, n }: Move): string =>
  pick([...(taskById(state, id)?.reviews?.findings ?? []), ...(state.reviews?.findings ?? []), { id: "R1" }], n).id;

/** What a reviewer says of all that is open, so that its report is whole. */
const assessmentsFor = (state: PlanState, { id, n, flag, isWild }: Move) =>
  isWild
    ? []
    : ((n > 4 ? state : taskById(state, id))?.reviews?.findings ?? []).map(({ id: finding }) => ({
        finding,
        state: flag ? ("resolved" as const) : ("still-there" as const),
      }));
/** Texts of which some stay, some go, and some have ids of their own. */
const acceptanceFor = ({ others, n }: Move): readonly string[] => [
  ...others,
  ...(n % 2 === 0 ? [`FR-${n % 3}: it holds ${n}`] : []),
];

/** A criterion that is there, if any. */
const criteriaFor = (state: PlanState, { n, isWild }: Move): readonly string[] =>
  isWild ? ["AC1"] : state.criteria.length === 0 ? [] : [pick(state.criteria, n).id];

const verdictsFor = (state: PlanState, move: Move) =>
  criteriaFor(state, move).map((criterion) => ({
    criterion,
    verdict: pick(["met", "unmet"] as const, move.n),
    why: move.text,
  }));
const BASE = { trees: { app: "a".repeat(64) }, commits: { app: "b".repeat(40) }, places: { app: "." } };
const CHANGED = {
  own: ["src/a.ts"],
  ownCount: 1,
  unattributed: [],
  unattributedCount: 0,
  basis: "tree",
  digest: "c".repeat(64),
} as const;

/** The command that a move is in a state. */
/** What tests an attempt added and lost, as a run of a check would tell. */
function comparedIn(
  state: PlanState,
  id: string,
  n: number,
): { readonly compared?: NonNullable<Evidence["compared"]> } {
  const task = taskById(state, id);
  const attempt = task?.claim?.fence ?? task?.attempts.at(-1)?.fence;
  if (task === undefined || attempt === undefined || n % 2 === 0) return {};
  const names = (count: number) => ({ count, named: ["adds", "subtracts"].slice(0, count) });
  const change = { task: task.uid, attempt, basis: "report", added: names(n % 3), lost: names(n > 5 ? 1 : 0) } as const;
  return { compared: { changes: [change] } };
}

export function commandOf(state: PlanState, move: Move): PlanCommand {
  return commandWith(state, { ...move, id: idFor(state, move), others: othersFor(state, move) });
}

function commandWith(state: PlanState, move: Move): PlanCommand {
  const { id, others, text, n, flag } = move;
  const fence = fenceOf(state, move);
  const why = text === "" ? "because" : text;
  switch (move.what) {
    case "create-plan":
      return { type: move.what, slug: "auth", title: "Again" };
    case "add-tasks":
      return {
        type: move.what,
        tasks: [
          {
            ...(n > 1 && taskById(state, id) !== undefined ? {} : { id }),
            title: why,
            parents: others,
            priority: n % 5,
            touches: [`src/${n}`],
            steps: ["one", "two", "one"],
          },
          ...(n === 3 ? [{ title: "unnamed", parents: others.slice(0, 1), extra: { n } }] : []),
        ],
      };
    case "edit-plan":
      return {
        type: move.what,
        title: `Title ${n}`,
        ...(flag ? { brief: { goal: n % 2 === 0 ? "" : why, acceptance: acceptanceFor(move) } } : {}),
        onBlocked: flag ? "stop" : "others",
        ...(n === 6 ? { level: "executed", pace: "waves" } : {}),
      };
    case "rename-plan":
      return { type: move.what, name: `auth-${n}` };
    case "block-plan":
      return { type: move.what, ...blocker };
    case "abort-plan":
      return { type: move.what, why };
    case "enter-phase":
      return { type: move.what, phase: pick(PHASES, n) };
    case "edit-phase":
      return { type: move.what, phase: pick(PHASES, n), doneWhen: [why], status: flag ? "blocked" : "in_progress" };
    case "record-next":
      return { type: move.what, what: why, ...(flag ? { file: "src/a.ts" } : {}) };
    case "edit-task":
      return {
        type: move.what,
        id,
        fields: flag
          ? { description: `${why} ${n}`, priority: n % 5, newTests: n % 2 === 0 }
          : { title: `${id} ${n}`, steps: ["two", why], extra: { [why]: n } },
        ...(n === 0 ? { clear: ["description"] } : {}),
      };
    case "reparent-task":
      return { type: move.what, id, parents: others };
    case "reorder-task":
      return {
        type: move.what,
        id,
        ...(flag ? { before: pick(IDS, n) } : { after: pick(IDS, n) }),
        ...(n > 4 ? { priority: n % 5 } : {}),
      };
    case "drop-task":
      return { type: move.what, id, ...(n > 2 ? { children: flag ? "detach" : "cascade" } : {}) };
    case "claim-task":
      return {
        type: move.what,
        id,
        ...(flag ? { takeOver: true, crashed: n > 3 } : {}),
        ...(n > 2 ? { base: BASE } : {}),
      };
    case "tick-step":
      return { type: move.what, id, step: String(n), undo: flag, ...fence };
    case "start-task":
      return { type: move.what, id, ...fence };
    case "release-task":
      return { type: move.what, id, note: why, ...fence };
    case "implement-task":
      return { type: move.what, id, note: why, ...fence, ...(flag ? { changed: CHANGED } : {}) };
    case "finish-task":
      return {
        type: move.what,
        id,
        note: why,
        ...fence,
        ...(n === 0 ? {} : { trees: treesFor(state, pick(TREES, n)) }),
        ...(flag ? { changed: { ...CHANGED, ownCount: n } } : {}),
      };
    case "block-task":
      return { type: move.what, id, ...blocker, ...fence };
    case "fail-task":
      return { type: move.what, id, why, crashed: flag, ...fence };
    case "unblock-task":
    case "retry-task":
      return { type: move.what, id, ...(flag ? { note: why } : {}) };
    case "restore-task":
      return { type: move.what, id };
    case "add-output":
      return { type: move.what, id, name: n > 0 ? "output.md" : "../x", text, ...fence };
    case "log-task":
      return { type: move.what, id, text, ...fence };
    case "add-entry":
      return { type: move.what, kind: pick(ENTRIES, n), text, ...(flag ? { id } : { untrusted: true, source: why }) };
    case "retract-entry":
      return { type: move.what, entry: state.entries[pick(ENTRIES, n)].recent[0]?.id ?? "none" };
    case "record-confidence":
      return { type: move.what, score: n, why, ...(flag ? { id, ...fence } : {}) };
    case "waive-confidence":
      return { type: move.what, why, ...(flag ? { id } : {}) };
    case "give-waiver":
      return { type: move.what, subject: flag ? "lost-tests" : "done", target: id, why };
    case "create-lane":
      return { type: move.what, lane: pick(LANES, n), kind: pick(LANE_KINDS, n), title: why, start: flag };
    case "start-lane":
      return { type: move.what, lane: pick(LANES, n) };
    case "block-lane":
      return { type: move.what, lane: pick(LANES, n), why };
    case "complete-lane":
      return { type: move.what, lane: pick(LANES, n), summary: why };
    case "cancel-lane":
      return { type: move.what, lane: pick(LANES, n), why };
    case "promote-lane":
      return { type: move.what, lane: pick(LANES, n), items: others };
    case "add-check":
      return {
        type: move.what,
        check: pick(CHECKS, n),
        fields: {
          kind: flag ? "test" : "command",
          command: ["npm", why],
          tasks: others,
          criteria: criteriaFor(state, move),
          plan: n > 3,
          ...(n % 3 === 1 && { passes: 2, runs: 3 }),
        },
      };
    case "edit-check":
      return {
        type: move.what,
        check: pick(CHECKS, n),
        fields: flag ? { minTests: n } : { tasks: others, criteria: criteriaFor(state, move) },
      };
    case "drop-check":
      return { type: move.what, check: pick(CHECKS, n), why };
    case "record-evidence": {
      const check = pick(CHECKS, n);
      const form = checkById(state, check)?.stamp ?? ("none" as Stamp);
      const outcome = pick(OUTCOMES, n + (flag ? 1 : 0));
      return {
        type: move.what,
        check,
        form,
        evidence: { outcome, why, durationMs: n, tree: pick(TREES, n), series: "s", ...comparedIn(state, id, n) },
      };
    }
    case "record-observed": {
      const check = pick(CHECKS, n);
      const form = checkById(state, check)?.stamp ?? ("none" as Stamp);
      return {
        type: move.what,
        check,
        form,
        observed: { outcome: pick(SEEN, n), why, ...(flag && { tree: pick(TREES, n) }) },
      };
    }
    case "request-reviews":
      return {
        type: move.what,
        ...(n > 4 ? {} : { id }),
        ...(flag ? { reviewers: [pick(REVIEWERS, n)] } : { again: true }),
      };
    case "report-review":
      return {
        type: move.what,
        ...(n > 4 ? {} : { id }),
        reviewer: pick(REVIEWERS, n),
        ...(flag ? { diff: pick(TREES, n) } : {}),
        findings: n % 3 === 0 ? [{ severity: pick(SEVERITY, n), message: why, file: "src/a.ts", line: n + 1 }] : [],
        assessments: assessmentsFor(state, move),
        ...(n > 4 && flag ? { criteria: verdictsFor(state, move) } : {}),
      };
    case "fail-review":
      return { type: move.what, ...(n > 4 ? {} : { id }), reviewer: pick(REVIEWERS, n), why };
    case "assess-finding":
      return { type: move.what, finding: findingFor(state, move), state: flag ? "resolved" : "still-there", why };
    case "waive-finding":
      return { type: move.what, finding: findingFor(state, move), why };
    case "waive-reviewer":
      return { type: move.what, ...(n > 4 ? {} : { id }), reviewer: pick(REVIEWERS, n), why };
    case "sign-off-criterion":
      return { type: move.what, criterion: criteriaFor(state, move)[0] ?? "AC1", why };
    case "settle-conflict":
      return {
        type: move.what,
        conflict: state.conflicts.find(({ settled }) => settled === undefined)?.id ?? "none",
        take: flag ? "lost" : "kept",
        why,
      };
    case "finish-plan":
      return { type: move.what, trees: treesFor(state, pick(TREES, n)) };
    case "approve-plan": {
      const approved = state.checks.map(({ id: check, stamp }) => [check, { form: stamp, resolved: { script: text } }]);
      return { type: move.what, checks: Object.fromEntries(approved) };
    }
    case "accept-check": {
      const check = pick(state.checks, n)?.id ?? "none";
      return { type: move.what, check, form: checkById(state, check)?.stamp ?? ("none" as Stamp), resolved: {} };
    }
    case "settle-proposal":
      return { type: move.what, proposal: state.proposals[0]?.id ?? "none", take: flag ? "accept" : "reject", why };
    case "pass-wave":
      return { type: move.what, wave: state.passedWaves + 1, trees: treesFor(state, pick(TREES, n)) };
    case "pause-plan":
    case "resume-plan":
    case "archive-plan":
    case "reopen-plan":
    case "clear-next":
      return { type: move.what };
    default: {
      const never: never = move.what;
      return never;
    }
  }
}
