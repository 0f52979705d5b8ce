import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { readCapped } from "../../evidence/run/capped-output.ts";
import type { TestCase } from "../../evidence/reports/report.ts";
import { judgeEnding, type Judgement } from "../../evidence/run/judge.ts";
import { judgeTests, sightOf, type TestJudgement } from "../../evidence/run/judge-tests.ts";
import { maskSecrets } from "../../evidence/run/mask.ts";
import { resolveCommand } from "../../evidence/run/resolved.ts";
import { runCommand, type RunResult } from "../../evidence/run/run-command.ts";
import { readSurroundings } from "../../evidence/run/surroundings.ts";
import { mintRecordId } from "../../journal/ids.ts";
import type { EvidenceInput } from "../../plan/commands.ts";
import { listed } from "../../plan/counted.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { Check } from "../../plan/check-state.ts";
import { makeFolder, writeFileAtomic } from "../../workspace/files.ts";
import type { CheckPlace } from "./check-place.ts";
import { changedBetween, digestRules, lookAt, type Looked, type Sight } from "./check-sight.ts";
import { currentCommit } from "../current-commit.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import type { Workspace } from "../workspace.ts";

export interface RunOptions {
  readonly onOutput?: (bytes: Uint8Array) => void;
  /** Ends what runs; nothing is known of it then. */
  readonly stop?: AbortSignal;
}

/** What was seen of one run. */
export interface Seen {
  readonly evidence: EvidenceInput;
  /** Of tests: each by name, where their report has them. */
  readonly cases?: readonly TestCase[];
  /** What it printed, as a file. */
  readonly log: string;
  /** Files changed under it: it proves nothing, and may be run again. */
  readonly hasMoved: boolean;
}

/** Runs a check once, on the tree as it was read before. Undefined where it was stopped. */
export async function runCheck(
  store: PlanStore,
  check: Check,
  place: CheckPlace,
  before: Sight,
  options: RunOptions,
): Promise<Result<Seen | undefined>> {
  const { workspace, layout } = store;
  const id = mintRecordId(workspace.now());
  const raw = join(workspace.place.planning, ".local", "runs", `${id}.out`);
  try {
    mkdirSync(join(raw, ".."), { recursive: true });
    const env = { ...checkEnvironment(workspace), ...check.env };
    const around = lookAround(check, place, env);
    const ran = await runIn(place, check, { env, raw, options });
    if (ran.ending.kind === "stopped") return ok(undefined);
    const { cases, ...judged } = await judge(check, place, ran);
    const moved = await whatMoved(place, before);
    if (!moved.ok) return moved;
    const hasMoved = moved.value.length > 0;
    const log = keepLog(layout.folder, `evidence/${id}.log`, check.command.join(" "), ran.output);
    if (!log.ok) return log;
    const evidence: EvidenceInput = {
      ...(hasMoved ? { ...judged, ...isVoid(moved.value) } : judged),
      durationMs: ran.durationMs,
      ...treeOf(place, before),
      ...around,
      log: log.value,
      logDigest: ran.outputDigest,
    };
    const named = cases === undefined ? {} : { cases };
    return ok({ evidence, ...named, log: join(layout.folder, log.value), hasMoved });
  } catch (error) {
    return refused("cannot-run", `check ${check.id} could not be run: ${(error as Error).message}`, {
      hint: "holdfast doctor shows what can be written here",
    });
  } finally {
    rmSync(raw, { force: true });
  }
}

type Environment = ReturnType<typeof checkEnvironment>;

/** What a check finds before it runs: programs, lockfiles, and what its command comes to. */
function lookAround({ command, isShell }: Check, { cwd, top }: CheckPlace, env: Environment) {
  const request = { command, isShell, top, cwd, env };
  return { ...readSurroundings(request), resolved: resolveCommand(request) };
}

/** The tree that was looked at, and the commit and the rules under which it was. */
function treeOf(place: CheckPlace, before: Sight) {
  const commit = currentCommit(place.top);
  return {
    tree: before.digest,
    ...(before.repos === undefined ? {} : { repos: before.repos }),
    ignoreRules: digestRules(place, before),
    ...(commit === undefined ? {} : { commit }),
  };
}

async function runIn(
  { cwd, report }: CheckPlace,
  { command, isShell, timeoutMs }: Check,
  { env, raw, options }: { readonly env: Environment; readonly raw: string; readonly options: RunOptions },
): Promise<Ran> {
  const reportBefore = report === undefined ? "" : sightOf(resolve(cwd, report.path));
  const result = await runCommand({ command, isShell, cwd, env, timeoutMs, outputFile: raw, ...options });
  return { ...result, output: readCapped(raw), raw, reportBefore };
}

export interface Ran extends RunResult {
  readonly output: string;
  /** All that it printed, as a file. */
  readonly raw: string;
  readonly reportBefore: string;
}

/** What a run proves: by its exit and what it printed, and of tests by what their report or their runner says. */
export async function judge(check: Check, place: Pick<CheckPlace, "cwd" | "report">, ran: Ran): Promise<TestJudgement> {
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
export async function whatMoved(looked: Looked, before: Sight): Promise<Result<readonly string[]>> {
  const now = await lookAt(looked);
  return now.ok ? ok(changedBetween(before, now.value)) : now;
}

const NAMED = 5;

/** What a run proves during which files changed. */
export function isVoid(moved: readonly string[]): Pick<Judgement, "outcome" | "why"> {
  return { outcome: "void", why: `files changed while it ran: ${listed(moved.slice(0, NAMED), moved.length)}` };
}

/** Keeps what a check printed as a file of a folder of ours, capped and without what looks like a secret. */
export function keepLog(within: string, name: string, command: string, output: string): Result<string> {
  const folder = makeFolder(within, ...name.split("/").slice(0, -1));
  if (!folder.ok) return folder;
  const text = maskSecrets(`$ ${command}\n${output}`);
  const written = writeFileAtomic(join(within, name), text, { mode: 0o600, within });
  return written.ok ? ok(name) : written;
}
