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
  { onOutput, stop }: RunOptions,
): Promise<Result<Seen | undefined>> {
  const { workspace, layout } = store;
  const id = mintRecordId(workspace.now());
  const raw = join(workspace.place.planning, ".local", "runs", `${id}.out`);
  try {
    mkdirSync(join(raw, ".."), { recursive: true });
    const reportBefore = place.report === undefined ? "" : sightOf(resolve(place.cwd, place.report.path));
    const { command, isShell } = check;
    const env = { ...checkEnvironment(workspace), ...check.env };
    const resolved = resolveCommand({ command, cwd: place.cwd, top: place.top, env });
    const surroundings = readSurroundings({ command, isShell, top: place.top, cwd: place.cwd, env });
    const ran = await runCommand({
      command,
      isShell,
      cwd: place.cwd,
      env,
      timeoutMs: check.timeoutMs,
      outputFile: raw,
      ...(onOutput === undefined ? {} : { onOutput }),
      ...(stop === undefined ? {} : { stop }),
    });
    if (ran.ending.kind === "stopped") return ok(undefined);
    const output = readCapped(raw);
    const { cases, ...judged } = await judge(check, place, { ...ran, output, raw, reportBefore });
    const moved = await whatMoved(place, before);
    if (!moved.ok) return moved;
    const log = keepLog(layout.folder, `evidence/${id}.log`, check.command.join(" "), output);
    if (!log.ok) return log;
    const commit = currentCommit(place.top);
    const evidence: EvidenceInput = {
      ...(moved.value.length === 0 ? judged : { ...judged, ...isVoid(moved.value) }),
      durationMs: ran.durationMs,
      tree: before.digest,
      ...(before.repos === undefined ? {} : { repos: before.repos }),
      ...surroundings,
      ignoreRules: digestRules(place, before),
      log: log.value,
      logDigest: ran.outputDigest,
      resolved,
      ...(commit === undefined ? {} : { commit }),
    };
    const named = cases === undefined ? {} : { cases };
    return ok({ evidence, ...named, log: join(layout.folder, log.value), hasMoved: moved.value.length > 0 });
  } catch (error) {
    return refused("cannot-run", `check ${check.id} could not be run: ${(error as Error).message}`, {
      hint: "holdfast doctor shows what can be written here",
    });
  } finally {
    rmSync(raw, { force: true });
  }
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
  const more = moved.length > NAMED ? ` and ${moved.length - NAMED} more` : "";
  return { outcome: "void", why: `files changed while it ran: ${moved.slice(0, NAMED).join(", ")}${more}` };
}

/** Keeps what a check printed as a file of a folder of ours, capped and without what looks like a secret. */
export function keepLog(within: string, name: string, command: string, output: string): Result<string> {
  const folder = makeFolder(within, ...name.split("/").slice(0, -1));
  if (!folder.ok) return folder;
  const text = maskSecrets(`$ ${command}\n${output}`);
  const written = writeFileAtomic(join(within, name), text, { mode: 0o600, within });
  return written.ok ? ok(name) : written;
}
