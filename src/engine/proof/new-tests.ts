import { createHash } from "node:crypto";
import { neutralizeLine } from "../../context/neutralize.ts";
import { compareTests, type RanTest } from "../../evidence/new-tests/compare.ts";
import type { Tree } from "../../evidence/tree/tree.ts";
import type { EvidenceInput } from "../../plan/commands.ts";
import { reviewedAttempt } from "../../plan/reviews.ts";
import type { Check, Evidence, TestChange, TestNames, TestsBasis } from "../../plan/check-state.ts";
import type { AttemptBase, Task } from "../../plan/state.ts";
import { attemptDiff, type AttemptDiff } from "../attempts/attempt-diff.ts";
import { groundsOf, type Ground } from "../attempts/attempt-ground.ts";
import { realFile } from "../attempts/attempt-scene.ts";
import { runAtBase } from "./base-run.ts";
import type { CheckPlace } from "./check-place.ts";
import type { Seen } from "./check-run.ts";
import type { Sight } from "./check-sight.ts";
import { asRanTests, keepTests, readTests, testsBeside, type TestsFile } from "./kept-tests.ts";
import { keptTree } from "../attempts/kept-trees.ts";
import { judgeOwnTests } from "./own-tests.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import { findDoubts } from "./record-doubts.ts";

/** A check as it ran. */
export interface TestRunOf {
  readonly check: Check;
  readonly place: CheckPlace;
  /** The tree that it ran on. */
  readonly before: Sight;
}

export interface NewTestOptions {
  /** Whether tests may be run at the base although no task asks for new ones. */
  readonly isBaseAsked: boolean;
  /** The check runs once more, on what a task began on. */
  readonly onBase?: () => void;
  readonly stop?: AbortSignal;
}

/** What was seen of a run, with what tests the attempts at its tasks added to it, and which they lost. */
export async function withTests(
  store: PlanStore,
  run: TestRunOf,
  { evidence, cases }: Pick<Seen, "evidence" | "cases">,
  options: NewTestOptions,
): Promise<EvidenceInput> {
  const { check, place, before } = run;
  if (evidence.outcome === "void" || evidence.log === undefined) return evidence;
  const tests = cases === undefined ? undefined : asRanTests(cases, place.top, place.cwd);
  const tree = keyOf(before.whole, place.tree.leaveOut);
  const folder = store.layout.folder;
  const inUse = new Set(filesInUse(store.state.checks));
  const kept = tests === undefined ? undefined : keepTests(folder, evidence.log, { tree, tests }, inUse);
  const changes: TestChange[] = [];
  for (const uid of check.tasks) {
    const task = store.state.tasks.get(uid);
    if (task?.status !== "in_progress" && task?.status !== "implemented") continue;
    const change = await changeOf(store, run, task, {
      ...options,
      tests,
      outcome: evidence.outcome,
      log: evidence.log,
    });
    if (change !== undefined) changes.push(change);
  }
  return {
    ...evidence,
    ...(kept === undefined ? {} : { testsDigest: kept.digest }),
    ...(changes.length === 0 ? {} : { compared: { changes } }),
  };
}

interface Now extends NewTestOptions {
  readonly tests: readonly RanTest[] | undefined;
  readonly outcome: Evidence["outcome"];
  readonly log: string;
}

/** What the tests of a run are compared with. */
interface Base {
  readonly basis: TestsBasis;
  readonly tests: readonly RanTest[];
  readonly file?: TestsFile;
}

const NAMELESS = "its report names no tests: let it write one that does, and declare it with --report";
const ELSEWHERE = "it ran in another checkout than the attempt's: let a check of its own prove the task";
const NOTHING: TestNames = { count: 0, named: [] };

/** What a task's attempt did to the tests; undefined where nothing is asked and nothing is known. */
async function changeOf(store: PlanStore, run: TestRunOf, task: Task, now: Now): Promise<TestChange | undefined> {
  const { workspace, state } = store;
  const attempt = reviewedAttempt(task);
  const grounds = attempt === undefined ? undefined : groundsOf(workspace, state, attempt);
  const top = realFile(run.place.top);
  const ground = grounds?.ok === true ? grounds.value.find((one) => realFile(one.top) === top) : undefined;
  if (attempt === undefined) return undefined;
  const about = { task: task.uid, attempt: attempt.fence };
  const isWanted = task.newTests === true;
  if (now.tests === undefined || ground === undefined) {
    const why = ground === undefined ? ELSEWHERE : NAMELESS;
    return isWanted ? { ...about, basis: "files", added: NOTHING, lost: NOTHING, why } : undefined;
  }
  const start = attempt.since ?? attempt.base;
  const earlier = earlierChanges(store, run.check, task);
  const found = start === undefined ? undefined : await findBase(store, run, { task, start, ground, now, earlier });
  const known = earlier.findLast(({ base }) => base !== undefined);
  if (found === undefined && known !== undefined) {
    const why = "what was kept of the tests that it began on is gone, or was changed";
    return { ...known, ...about, added: NOTHING, why };
  }
  // Where everything was stopped, whether there is a base is still open.
  const isOpen = found === undefined && now.stop?.aborted === true;
  if (isOpen || (found === undefined && (!isWanted || now.outcome !== "passed"))) return undefined;
  const base: Base = found ?? { basis: "files", tests: [] };
  const diff = await attemptDiff(workspace, state, task);
  if (!diff.ok) return { ...about, basis: base.basis, added: NOTHING, lost: NOTHING, why: diff.refusal.message };
  const before = earlier.filter(({ attempt: fence }) => fence !== attempt.fence).flatMap(({ added }) => added.named);
  const commit = start?.commits?.[ground.repo];
  return { ...about, ...againstBase(base, now.tests, { ground, diff: diff.value, before, commit }) };
}

interface AttemptAt {
  readonly ground: Ground;
  readonly diff: AttemptDiff;
  /** Tests that earlier attempts were seen to add. */
  readonly before: readonly string[];
  readonly commit: string | undefined;
}

/** What an attempt added to the tests of its base, and what of them it lost. */
function againstBase(
  base: Base,
  tests: readonly RanTest[],
  { ground, diff, before, commit }: AttemptAt,
): Omit<TestChange, "task" | "attempt"> {
  const delta = compareTests(base.tests, tests);
  const isByFiles = base.basis === "files";
  const candidates = isByFiles ? tests.filter(({ outcome }) => outcome === "passed") : delta.added;
  const own = judgeOwnTests(candidates, {
    ground,
    diff,
    isByFiles,
    isKnown: (name) => before.includes(nameOf(name)),
    ...(commit === undefined ? {} : { commit }),
  });
  const lost = isByFiles ? [] : lostByThis(delta.lost, base.tests, ground, diff.others);
  return {
    basis: base.basis,
    added: namesOf(own.tests.map(({ name }) => name)),
    lost: namesOf(lost),
    ...(own.isByText ? { isByText: true } : {}),
    ...(own.why === undefined ? {} : { why: own.why }),
    ...(base.file === undefined ? {} : { base: base.file }),
  };
}

/** What is gone from a file that somebody else changed is theirs to answer for. */
function lostByThis(
  lost: readonly string[],
  base: readonly RanTest[],
  { path }: Ground,
  others: readonly { readonly path: string }[],
): readonly string[] {
  if (others.length === 0) return lost;
  const theirs = new Set(others.map((file) => file.path));
  const isTheirs = (file: string | undefined): boolean =>
    file !== undefined && theirs.has(path === "." ? file : `${path}/${file}`);
  const blamed = new Set(base.filter(({ file }) => !isTheirs(file)).map(({ name }) => name));
  return lost.filter((name) => blamed.has(name));
}

/** A test's name as records have it. */
const nameOf = (name: string): string => neutralizeLine(name, LONGEST);

const NAMED = 20;
const LONGEST = 160;

const namesOf = (names: readonly string[]): TestNames => ({
  count: names.length,
  named: names.toSorted().slice(0, NAMED).map(nameOf),
});

/** A digest of a tree's content without some paths: the same whether or not a check has written there. */
function keyOf({ entries }: Pick<Tree, "entries">, leaveOut: readonly string[]): string {
  const isLeft = (entry: string): boolean => {
    const path = Buffer.from(entry.slice(entry.indexOf("\t") + 1), "latin1").toString();
    return leaveOut.some((part) => path === part || path.startsWith(`${part}/`));
  };
  const hash = createHash("sha256");
  for (const entry of entries) if (!isLeft(entry)) hash.update(`${entry}\0`, "latin1");
  return hash.digest("hex");
}

/** What was found of this task's work at earlier runs; not by records that are in doubt. */
function earlierChanges(store: PlanStore, check: Check, task: Task): readonly TestChange[] {
  const fences = new Set<string>([task.claim, ...task.attempts].flatMap((attempt) => attempt?.fence ?? []));
  return soundRuns(store, check)
    .flatMap(({ compared }) => compared?.changes ?? [])
    .filter((change) => change.task === task.uid && fences.has(change.attempt));
}

function soundRuns({ workspace, layout }: PlanStore, { evidence }: Check): readonly Evidence[] {
  const stamps = evidence.map(({ stamp }) => stamp);
  const doubts = findDoubts(workspace, layout.journal, stamps);
  return evidence.filter(({ stamp, outcome }) => !doubts.has(stamp) && outcome !== "void");
}

interface Wanted {
  readonly earlier: readonly TestChange[];
  readonly task: Task;
  readonly start: AttemptBase;
  readonly ground: Ground;
  readonly now: Now;
}

/** The last report of this check on the tree that the work began on; else that of a run there, if one is wanted. */
async function findBase(store: PlanStore, run: TestRunOf, wanted: Wanted): Promise<Base | undefined> {
  const { task, start, ground, now, earlier } = wanted;
  const { check, place } = run;
  const { workspace, layout } = store;
  const known = earlier.findLast(({ base }) => base !== undefined);
  if (known?.base !== undefined) {
    const kept = readTests(layout.folder, known.base);
    if (kept !== undefined) return { basis: known.basis, tests: kept.tests, file: known.base };
  }
  const digest = start.trees?.[ground.repo];
  const tree = digest === undefined ? undefined : await keptTree(workspace.place.planning, digest);
  if (tree === undefined) return undefined;
  const key = keyOf(tree, place.tree.leaveOut);
  for (const { log, testsDigest } of soundRuns(store, check).toReversed()) {
    if (log === undefined || testsDigest === undefined) continue;
    const file = { file: testsBeside(log), digest: testsDigest };
    const seen = readTests(layout.folder, file);
    if (seen?.tree === key) return { basis: "report", tests: seen.tests, file };
  }
  const wasTried = earlier.some(({ basis }) => basis === "files");
  const isWanted = now.isBaseAsked || known !== undefined || (task.newTests === true && !wasTried);
  if (!isWanted || now.outcome !== "passed") return undefined;
  const { stop, onBase } = now;
  const about = { check, place, repo: ground.repo, base: start, ...(stop && { stop }), ...(onBase && { onBase }) };
  const tests = await runAtBase(workspace, about);
  if (tests === undefined) return undefined;
  const log = now.log.replace(/\.log$/, "-base.log");
  const file = keepTests(layout.folder, log, { tree: key, tests }, new Set(filesInUse(store.state.checks)));
  return { basis: "checkout", tests, ...(file === undefined ? {} : { file }) };
}

/** Files with tests that some evidence still refers to. */
const filesInUse = (checks: readonly Check[]): readonly string[] =>
  checks.flatMap(({ evidence }) =>
    evidence.flatMap(({ log, testsDigest, compared }) => [
      ...(log === undefined || testsDigest === undefined ? [] : [testsBeside(log)]),
      ...(compared?.changes ?? []).flatMap(({ base }) => base?.file ?? []),
    ]),
  );
