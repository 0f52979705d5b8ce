import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { readCapped } from "../../evidence/run/capped-output.ts";
import { judgeEnding, type Judgement } from "../../evidence/run/judge.ts";
import { runCommand } from "../../evidence/run/run-command.ts";
import { mintRecordId } from "../../journal/ids.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { DEFAULT_CHECK_TIMEOUT_MS } from "../../plan/check-state.ts";
import { readGitLayout } from "../../workspace/git-layout.ts";
import type { GoalCheck, GoalFact } from "../../workspace/goals.ts";
import { treeOf } from "../proof/check-place.ts";
import { lookAt } from "../proof/check-sight.ts";
import { checkEnvironment, isVoid, keepLog, whatMoved } from "../proof/check-run.ts";
import type { Workspace } from "../workspace.ts";

/** What was seen of a goal's check, as its event says it, and where what it printed is kept. */
export interface GoalRan extends Omit<Judgement, "tests"> {
  readonly durationMs: number;
  readonly tree: string;
  readonly logDigest: string;
  readonly log: string;
}

/**
 * Runs a goal's check in the checkout that the caller is in, as the checks of plans are run. One that was written in
 * another copy of the workspace is not run.
 */
export async function runGoalCheck(
  workspace: Workspace,
  goal: GoalFact,
  check: GoalCheck,
  stop?: AbortSignal,
): Promise<Result<GoalRan>> {
  const identity = workspace.identity();
  if (!identity.ok) return identity;
  if (!check.stamp.startsWith(`${identity.value.id}:`)) {
    return refused("untrusted-check", `The check of ${goal.id} was written in another copy of this workspace.`, {
      hint: `holdfast goal set, with the same words and --check ${JSON.stringify(check.command)}, makes it this one's`,
    });
  }
  const { caller, place } = workspace;
  const top = caller.private?.project ?? readGitLayout(resolve(caller.cwd))?.toplevel ?? place.root;
  const request = treeOf(workspace, top, []);
  if (!request.ok) return request;
  const looked = { tree: request.value, scope: [] };
  const before = await lookAt(looked);
  if (!before.ok) return before;
  const raw = join(place.planning, ".local", "runs", `${mintRecordId(workspace.now())}.out`);
  try {
    mkdirSync(join(raw, ".."), { recursive: true });
    const { ending, durationMs, outputDigest } = await runCommand({
      command: [check.command],
      isShell: true,
      cwd: top,
      env: checkEnvironment(workspace),
      timeoutMs: DEFAULT_CHECK_TIMEOUT_MS,
      outputFile: raw,
      ...(stop === undefined ? {} : { stop }),
    });
    if (ending.kind === "stopped")
      return refused("stopped", `The check of ${goal.id} was stopped; nothing is recorded.`);
    const output = readCapped(raw);
    const judged = judgeEnding(ending, output, { exit: 0, timeoutMs: DEFAULT_CHECK_TIMEOUT_MS });
    const moved = await whatMoved(looked, before.value);
    if (!moved.ok) return moved;
    const log = keepLog(place.planning, `.local/goals/${goal.id}.log`, check.command, output);
    if (!log.ok) return log;
    const { digest } = before.value;
    const seen = moved.value.length === 0 ? judged : { ...judged, ...isVoid(moved.value) };
    return ok({ ...seen, durationMs, tree: digest, logDigest: outputDigest, log: join(place.planning, log.value) });
  } catch (error) {
    return refused("cannot-run", `The check of ${goal.id} could not be run: ${(error as Error).message}`, {
      hint: "holdfast doctor shows what can be written here",
    });
  } finally {
    rmSync(raw, { force: true });
  }
}
