import { statSync } from "node:fs";
import { judgeObserved } from "../../evidence/observed/judge-observed.ts";
import { matchLine, placeOfRun } from "../../evidence/observed/line-match.ts";
import type { ObservedInput } from "../../plan/commands.ts";
import type { Check } from "../../plan/check-state.ts";
import { readGitLayout, readHeadCommit } from "../../workspace/git-layout.ts";
import { realPathSoFar } from "../../workspace/real-path.ts";
import { formsOf, runsForm } from "./check-forms.ts";
import { foldersOfCheck, placeCheck } from "../proof/check-place.ts";
import { lookAt } from "../proof/check-sight.ts";
import { passReadyWave } from "../proof/gate.ts";
import { NOTHING, type Answer, type Hook, type HostEventOf } from "./host-hook.ts";
import { standingOf } from "./host-standing.ts";
import { performOn } from "../perform.ts";
import { PlanStore } from "../plans/plan-store.ts";

type Shell = Hook<HostEventOf<"tool-finished">>;

/**
 * A command has ended in the shell of a session that is on a plan. Where that was one of the plan's checks, what the
 * host told of it is recorded beside the evidence; nothing is said about it.
 */
export async function answerShell(hook: Shell): Promise<Answer> {
  const { event, workspace } = hook;
  const line = event.tool.command;
  const standing = line === undefined ? undefined : standingOf(workspace);
  if (line === undefined || standing?.ok !== true) return NOTHING;
  if (standing.value.kind !== "bound" || standing.value.role === "observer") return NOTHING;
  const { head } = standing.value;
  if (!runsForm(line, formsOf(head))) return NOTHING;
  const store = PlanStore.open(workspace, head.slug);
  if (!store.ok) return NOTHING;
  try {
    if (store.value.tooOld === undefined) await recordRuns(hook, store.value, line);
  } finally {
    store.value.close();
  }
  return NOTHING;
}

async function recordRuns(hook: Shell, store: PlanStore, line: string): Promise<void> {
  const from = hook.workspace.now();
  // A digest costs what it costs, so it is taken only where a person has said that such a pass may count.
  const isBound = store.state.level !== "executed";
  for (const check of store.state.checks) {
    const seen = observe(hook, store, line, check);
    if (seen === undefined || saysAgain(hook, check, seen)) continue;
    const tree = isBound && seen.outcome === "passed" ? await digestNow(store, check, from) : undefined;
    const observed = tree === undefined ? seen : { ...seen, tree };
    await performOn(store, { type: "record-observed", check: check.id, form: check.stamp, observed });
  }
  if (isBound) await passReadyWave(store);
}

/** Hosts wait for a hook this long at least; then the agent may have gone on. */
const HOST_WAITS_MS = 8_000;

/** What is in the scope of a check right after it ran, while its host still waits. */
async function digestNow({ workspace, state }: PlanStore, check: Check, from: number): Promise<string | undefined> {
  const place = placeCheck(workspace, state, check);
  const seen = place.ok ? await lookAt(place.value) : place;
  return seen.ok && workspace.now() - from <= HOST_WAITS_MS ? seen.value.digest : undefined;
}

/** What the line says of a check; undefined where it did not run it, or ran it elsewhere. */
function observe(
  { event, workspace, isTrusted }: Shell,
  store: PlanStore,
  line: string,
  check: Check,
): ObservedInput | undefined {
  const match = matchLine(line, check);
  const folders = match && foldersOfCheck(workspace, store.state, check);
  if (match === undefined || folders?.ok !== true) return undefined;
  const { top, cwd } = folders.value;
  const ran = placeOfRun({ cwd: event.cwd, isAfter: event.isCwdAfter === true }, match.folders, isFolder);
  if (ran === undefined || realPathSoFar(ran) !== realPathSoFar(cwd)) return undefined;
  const { exitCode: exit, printed } = event;
  // What comes by a way that an agent can take by its tools may be made up.
  const loose = exit === undefined || isTrusted ? undefined : "it is not certain that the host told of it";
  const judged = judgeObserved(
    {
      ...(exit === undefined ? {} : { exit }),
      ...(printed === undefined ? {} : { printed }),
      match: loose === undefined ? match : { ...match, loose },
      cwd,
    },
    check,
  );
  const layout = readGitLayout(top);
  const commit = layout === undefined ? undefined : readHeadCommit(layout);
  return { ...judged, ...(commit === undefined ? {} : { commit }) };
}

/** That nothing is known is not worth a record each time. */
function saysAgain({ workspace }: Shell, { observed: last }: Check, { outcome, why }: ObservedInput): boolean {
  return (
    outcome === "unknown" && last?.outcome === outcome && last.why === why && last.session === workspace.actor.session
  );
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
