import { lstatSync, mkdtempSync, mkdirSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import type { RanTest } from "../../evidence/new-tests/compare.ts";
import { readCapped } from "../../evidence/run/capped-output.ts";
import { sightOf } from "../../evidence/run/judge-tests.ts";
import { runCommand } from "../../evidence/run/run-command.ts";
import { compareTrees } from "../../evidence/tree/tree.ts";
import type { Check } from "../../plan/check-state.ts";
import type { AttemptBase } from "../../plan/state.ts";
import { writeCommit } from "../../workspace/git.ts";
import type { CheckPlace } from "./check-place.ts";
import { checkEnvironment, judge } from "./check-run.ts";
import { asRanTests } from "./kept-tests.ts";
import { commitTree, keptTree } from "../attempts/kept-trees.ts";
import type { Workspace } from "../workspace.ts";

export interface BaseRun {
  readonly check: Check;
  readonly place: CheckPlace;
  readonly repo: string;
  readonly base: AttemptBase;
  readonly stop?: AbortSignal;
  /** Told once it is certain that it runs. */
  readonly onBase?: () => void;
}

/**
 * Runs a check's tests in a throw-away checkout of what a task began on, if that was what its commit has: no more could
 * be put there. What is installed is linked; a run that does not pass is no base. Undefined where there is none.
 */
export async function runAtBase(workspace: Workspace, run: BaseRun): Promise<readonly RanTest[] | undefined> {
  const { check, place, repo, base, stop } = run;
  const commit = base.commits?.[repo];
  const isElsewhere = place.report !== undefined && isAbsolute(place.report.path);
  if (commit === undefined || isElsewhere || !(await isClean(workspace, run, commit))) return undefined;
  let folder: string | undefined;
  try {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-base-")));
    const top = join(folder, "tree");
    mkdirSync(top);
    if (!writeCommit(place.top, commit, top, join(folder, "index")).ok) return undefined;
    const cwd = join(top, relative(place.top, place.cwd));
    for (const [from, into] of [
      [place.top, top],
      [place.cwd, cwd],
    ] as const)
      linkInstalled(from, into);
    const raw = join(folder, "printed");
    const reportBefore = place.report === undefined ? "" : sightOf(join(cwd, place.report.path));
    run.onBase?.();
    const ran = await runCommand({
      command: check.command,
      isShell: check.isShell,
      cwd,
      env: { ...checkEnvironment(workspace), ...check.env },
      timeoutMs: check.timeoutMs,
      outputFile: raw,
      ...(stop === undefined ? {} : { stop }),
    });
    if (ran.ending.kind !== "exit" || ran.ending.code !== check.exit) return undefined;
    const { cases } = await judge(
      { ...check, minTests: 1 },
      { cwd, ...(place.report === undefined ? {} : { report: place.report }) },
      { ...ran, output: readCapped(raw), raw, reportBefore },
    );
    return cases === undefined ? undefined : asRanTests(cases, top, cwd);
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Where packages are installed, which Git ignores: without them hardly any test runs. */
const INSTALLED = ["node_modules", ".venv", "venv", "vendor"];

function linkInstalled(from: string, into: string): void {
  for (const name of INSTALLED) {
    const [there, here] = [join(from, name), join(into, name)];
    const isFolder = statSync(there, { throwIfNoEntry: false })?.isDirectory() === true;
    if (isFolder && lstatSync(here, { throwIfNoEntry: false }) === undefined) symlinkSync(there, here, "junction");
  }
}

/** Whether the tree that an attempt began on is its commit's, but for what the check itself writes. */
async function isClean(workspace: Workspace, { place, repo, base }: BaseRun, commit: string): Promise<boolean> {
  const digest = base.trees?.[repo];
  const tree = digest === undefined ? undefined : await keptTree(workspace.place.planning, digest);
  const committed = commitTree(place.top, commit);
  if (tree === undefined || committed === undefined) return false;
  const written = place.tree.leaveOut;
  const isWritten = (path: string): boolean => written.some((one) => path === one || path.startsWith(`${one}/`));
  return compareTrees(tree, committed).every(({ path }) => isWritten(path));
}
