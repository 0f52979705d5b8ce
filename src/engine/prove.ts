import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { readCapped } from "../evidence/run/capped-output.ts";
import { judgeEnding, type Judgement } from "../evidence/run/judge.ts";
import { maskSecrets } from "../evidence/run/mask.ts";
import { judgeTests, sightOf } from "../evidence/run/judge-tests.ts";
import { runCommand, type RunResult } from "../evidence/run/run-command.ts";
import { changedFiles, readTree, scopeTree, type Tree } from "../evidence/tree/tree.ts";
import { mintRecordId } from "../journal/ids.ts";
import { checksOf, checksOfPlan, isFlaky, standingOf, type Trees } from "../plan/checks.ts";
import type { EvidenceInput } from "../plan/commands.ts";
import { findCheck, findTask } from "../plan/decide/find.ts";
import { ok, refused, type Result } from "../plan/refusal.ts";
import type { Check, Evidence, PlanState } from "../plan/state.ts";
import { makeFolder, writeFileAtomic } from "../workspace/files.ts";
import { whyUntrusted } from "./check-trust.ts";
import { placeCheck, type CheckPlace } from "./check-place.ts";
import { currentCommit } from "./current-commit.ts";
import { performOn } from "./perform.ts";
import type { PlanStore } from "./plan-store.ts";
import type { Workspace } from "./workspace.ts";

export interface ProveRequest {
  /** Only these checks; with neither these nor tasks nor the plan, all there are. */
  readonly checks?: readonly string[];
  /** Only checks that prove these tasks. */
  readonly tasks?: readonly string[];
  /** Only checks that prove the plan. */
  readonly isForPlan?: boolean;
  /** Leaves out those that passed on the tree as it is. */
  readonly onlyStale?: boolean;
}

/** What is heard while checks run. */
export interface ProveListener {
  readonly onStart?: (check: Check, place: CheckPlace) => void;
  readonly onOutput?: (bytes: Uint8Array) => void;
  readonly onEnd?: (proved: Proved) => void;
}

export interface Proved {
  readonly check: Check;
  readonly evidence: Evidence;
  readonly isFlaky: boolean;
  /** What it printed, as a file. */
  readonly log: string;
}

export interface ProveReport {
  readonly slug: string;
  /** The plan afterwards. */
  readonly state: PlanState;
  readonly proved: readonly Proved[];
  /** Those that passed on the tree as it is, and were left alone. */
  readonly fresh: readonly Check[];
}

/** Runs checks one after the other, and records what was seen of each. */
export async function proveChecks(
  workspace: Workspace,
  plan: string | undefined,
  request: ProveRequest,
  listener: ProveListener = {},
): Promise<Result<ProveReport>> {
  const opened = workspace.plan(plan);
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    const wanted = chooseChecks(store.state, request);
    if (!wanted.ok) return wanted;
    const proved: Proved[] = [];
    const fresh: Check[] = [];
    for (const check of wanted.value) {
      const untrusted = whyUntrusted(workspace, check);
      if (untrusted !== undefined) return { ok: false, refusal: untrusted };
      const place = placeCheck(workspace, store.state, check);
      if (!place.ok) return place;
      const before = await readTree(place.value.tree);
      if (!before.ok) return before;
      const { digest } = scopeTree(before.value, place.value.scope);
      if (request.onlyStale === true && standingOf(check, { [check.id]: digest }) === "passed") {
        fresh.push(check);
        continue;
      }
      listener.onStart?.(check, place.value);
      const one = await prove(store, check, place.value, before.value, listener);
      if (!one.ok) return one;
      proved.push(one.value);
      listener.onEnd?.(one.value);
    }
    return ok({ slug: store.slug, state: store.state, proved, fresh });
  } finally {
    store.close();
  }
}

/** By check: the digest of what is in its scope now, for all that prove a task. */
export async function readTaskTrees(workspace: Workspace, state: PlanState, id: string): Promise<Result<Trees>> {
  const task = findTask(state, id);
  if ("refusal" in task) return { ok: false, refusal: task.refusal };
  return readTrees(workspace, state, checksOf(state, task.found.uid));
}

/** The same for all that prove the plan. */
export const readPlanTrees = (workspace: Workspace, state: PlanState): Promise<Result<Trees>> =>
  readTrees(workspace, state, checksOfPlan(state));

async function readTrees(workspace: Workspace, state: PlanState, checks: readonly Check[]): Promise<Result<Trees>> {
  const trees: Record<string, string> = {};
  for (const check of checks) {
    const place = placeCheck(workspace, state, check);
    if (!place.ok) return place;
    const tree = await readTree(place.value.tree);
    if (!tree.ok) return tree;
    trees[check.id] = scopeTree(tree.value, place.value.scope).digest;
  }
  return ok(trees);
}

function chooseChecks(state: PlanState, request: ProveRequest): Result<readonly Check[]> {
  const { checks = [], tasks = [], isForPlan = false } = request;
  const wanted = new Set<Check>();
  for (const id of checks) {
    const check = findCheck(state, id);
    if ("refusal" in check) return { ok: false, refusal: check.refusal };
    wanted.add(check.found);
  }
  for (const id of tasks) {
    const task = findTask(state, id);
    if ("refusal" in task) return { ok: false, refusal: task.refusal };
    const proving = checksOf(state, task.found.uid);
    if (proving.length === 0) {
      return refused("nothing-to-verify", `nothing proves ${task.found.id} yet`, {
        hint: `holdfast check add <id> --task ${task.found.id} -- <command>`,
      });
    }
    for (const check of proving) wanted.add(check);
  }
  if (isForPlan) for (const check of checksOfPlan(state)) wanted.add(check);
  const isAll = checks.length === 0 && tasks.length === 0 && !isForPlan;
  const chosen = isAll ? state.checks : state.checks.filter((check) => wanted.has(check));
  if (chosen.length > 0) return ok(chosen);
  return refused("nothing-to-verify", isForPlan ? "nothing proves the plan yet" : "the plan has no checks", {
    hint: "holdfast check add <id> -- <command>",
  });
}

async function prove(
  store: PlanStore,
  check: Check,
  place: CheckPlace,
  before: Tree,
  { onOutput }: ProveListener,
): Promise<Result<Proved>> {
  const { workspace } = store;
  const id = mintRecordId(workspace.now());
  const raw = join(workspace.place.planning, ".local", "runs", `${id}.out`);
  let input: EvidenceInput;
  try {
    mkdirSync(join(raw, ".."), { recursive: true });
    const reportBefore = place.report === undefined ? "" : sightOf(resolve(place.cwd, place.report.path));
    const ran = await runCommand({
      command: check.command,
      isShell: check.isShell,
      cwd: place.cwd,
      env: { ...checkEnvironment(workspace), ...check.env },
      timeoutMs: check.timeoutMs,
      outputFile: raw,
      ...(onOutput === undefined ? {} : { onOutput }),
    });
    const output = readCapped(raw);
    const judged = await judge(check, place, { ...ran, output, raw, reportBefore });
    const moved = await whatMoved(place, before);
    if (!moved.ok) return moved;
    const log = keepLog(store, id, check, output);
    if (!log.ok) return log;
    const commit = currentCommit(place.top);
    input = {
      ...(moved.value.length === 0 ? judged : { ...judged, ...isVoid(moved.value) }),
      durationMs: ran.durationMs,
      tree: scopeTree(before, place.scope).digest,
      log: log.value,
      logDigest: ran.outputDigest,
      ...(commit === undefined ? {} : { commit }),
    };
  } catch (error) {
    return refused("cannot-run", `check ${check.id} could not be run: ${(error as Error).message}`, {
      hint: "holdfast doctor shows what can be written here",
    });
  } finally {
    rmSync(raw, { force: true });
  }
  const done = await performOn(store, { type: "record-evidence", check: check.id, form: check.stamp, evidence: input });
  if (!done.ok) return done;
  const after = findCheck(done.value.state, check.id);
  const evidence = "refusal" in after ? undefined : after.found.evidence.at(-1);
  if ("refusal" in after || evidence === undefined) throw new Error("bug: evidence that was recorded is not there");
  return ok({
    check: after.found,
    evidence,
    isFlaky: isFlaky(after.found),
    log: join(store.layout.folder, input.log!),
  });
}

interface Ran extends RunResult {
  readonly output: string;
  /** All that it printed, as a file. */
  readonly raw: string;
  readonly reportBefore: string;
}

/** What a run proves: by its exit and what it printed, and of tests by what their report or their runner says. */
async function judge(check: Check, place: CheckPlace, ran: Ran): Promise<Judgement> {
  const { ending, output, raw, reportBefore } = ran;
  const judged = judgeEnding(ending, output, check);
  if (check.kind === "command" || ending.kind !== "exit") return judged;
  const tests = await judgeTests({
    command: check.command,
    isShell: check.isShell,
    cwd: place.cwd,
    outputFile: raw,
    exit: ending.code,
    wanted: check.exit,
    minTests: check.minTests,
    ...(place.report === undefined ? {} : { report: place.report, reportBefore }),
  });
  return tests.outcome === "passed" && judged.outcome !== "passed" ? { ...tests, ...judged } : tests;
}

/** What a check's program finds: what the caller has, less what says who is calling. */
export function checkEnvironment({ caller }: Workspace): Readonly<Record<string, string | undefined>> {
  const own = Object.entries(caller.env).filter(([name]) => !/^(?:HOLDFAST_|GIT_)/.test(name));
  return Object.fromEntries(own);
}

/** The files that are others now than they were before. */
export async function whatMoved(
  place: Pick<CheckPlace, "tree" | "scope">,
  before: Tree,
): Promise<Result<readonly string[]>> {
  const after = await readTree(place.tree);
  if (!after.ok) return after;
  const [old, now] = [scopeTree(before, place.scope), scopeTree(after.value, place.scope)];
  return ok(old.digest === now.digest ? [] : changedFiles(old, now));
}

const NAMED = 5;

/** What a run proves during which files changed. */
export function isVoid(moved: readonly string[]): Pick<Judgement, "outcome" | "why"> {
  const more = moved.length > NAMED ? ` and ${moved.length - NAMED} more` : "";
  return { outcome: "void", why: `files changed while it ran: ${moved.slice(0, NAMED).join(", ")}${more}` };
}

/** Keeps what a check printed in the plan's folder, capped and without what looks like a secret. */
function keepLog({ layout }: PlanStore, id: string, { command }: Check, output: string): Result<string> {
  const folder = makeFolder(layout.folder, "evidence");
  if (!folder.ok) return folder;
  const text = maskSecrets(`$ ${command.join(" ")}\n${output}`);
  const name = `evidence/${id}.log`;
  const written = writeFileAtomic(join(layout.folder, name), text, { mode: 0o600, within: layout.folder });
  return written.ok ? ok(name) : written;
}
