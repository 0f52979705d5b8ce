import { resolveCommand } from "../../evidence/run/resolved.ts";
import { readSurroundings } from "../../evidence/run/surroundings.ts";
import type { Proposal, Resolved, Check } from "../../plan/check-state.ts";
import { checkById, partsOf } from "../../plan/checks.ts";
import type { ApprovedForm, CommandOf } from "../../plan/commands.ts";
import { findCheck } from "../../plan/decide/find.ts";
import type { Author } from "../../plan/record.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { PlanState } from "../../plan/state.ts";
import { perform, type Performed } from "../perform.ts";
import { PlanStore } from "../plans/plan-store.ts";
import type { Workspace } from "../workspace.ts";
import { foldersOfCheck } from "./check-place.ts";
import { checkEnvironment } from "./check-run.ts";

/** What a check runs in the end, here and now; nothing where it cannot run here. */
function resolveCheck(workspace: Workspace, state: PlanState, check: Check): Resolved {
  const folders = foldersOfCheck(workspace, state, check);
  if (!folders.ok) return {};
  const { cwd, top } = folders.value;
  const { command, isShell } = check;
  const env = { ...checkEnvironment(workspace), ...check.env };
  const request = { command, isShell, cwd, top, env };
  const { programs = {} } = readSurroundings(request);
  return partsOf({ resolved: resolveCommand(request), programs });
}

/** A person says yes to the plan: from now on what its checks ask for, and what they run, is held to this moment. */
export const approvePlan = (
  workspace: Workspace,
  plan: string | undefined,
  note?: string,
): Promise<Result<Performed>> => perform(workspace, plan, (state) => ok([approvalOf(workspace, state, note)]));

/** The same, as said in a conversation; what goes wrong in it keeps nobody from proceeding. */
export function approveAs(workspace: Workspace, plan: string, by: Author): void {
  const store = PlanStore.open(workspace, plan);
  if (!store.ok) return;
  const { state, tooOld } = store.value;
  if (tooOld === undefined && state.checks.length > 0) {
    const done = store.value.run(approvalOf(workspace, state), by);
    if (done.ok) store.value.project();
  }
  store.value.close();
}

function approvalOf(workspace: Workspace, state: PlanState, note?: string): CommandOf<"approve-plan"> {
  const checks = state.checks.map((check): readonly [string, ApprovedForm] => [
    check.id,
    { form: check.stamp, resolved: resolveCheck(workspace, state, check) },
  ]);
  const said = note === undefined ? {} : { note };
  return { type: "approve-plan", checks: Object.fromEntries(checks), ...said };
}

export interface Settled extends Performed {
  readonly check: string;
  readonly proposal?: Proposal;
}

/** A person's yes to the open proposal for a check, and to what it then resolves to. */
export async function acceptCheck(
  workspace: Workspace,
  plan: string | undefined,
  id: string,
): Promise<Result<Settled>> {
  const settled = await settle(workspace, plan, id, { take: "accept" });
  if (!settled.ok) return settled;
  const { check } = settled.value;
  const accepted = await perform(workspace, plan, (state) => {
    const now = checkById(state, check);
    if (now === undefined) return ok([]);
    return ok([{ type: "accept-check", check, form: now.stamp, resolved: resolveCheck(workspace, state, now) }]);
  });
  return accepted.ok ? ok({ ...settled.value, ...accepted.value }) : accepted;
}

/** A person's no to the open proposal for a check. */
export async function rejectProposal(
  workspace: Workspace,
  plan: string | undefined,
  id: string,
  why?: string,
): Promise<Result<Settled>> {
  return settle(workspace, plan, id, { take: "reject", ...(why === undefined ? {} : { why }) });
}

/** Answers the open proposal for a check. Where there is none there is nothing to say no to. */
async function settle(
  workspace: Workspace,
  plan: string | undefined,
  id: string,
  answer: Pick<CommandOf<"settle-proposal">, "take" | "why">,
): Promise<Result<Settled>> {
  let about: Pick<Settled, "check" | "proposal"> | undefined;
  const done = await perform(workspace, plan, (state) => {
    const found = findCheck(state, id);
    if ("refusal" in found) return { ok: false, refusal: found.refusal };
    const { id: check } = found.found;
    const proposal = state.proposals.find((one) => one.check === check);
    about = { check, ...(proposal === undefined ? {} : { proposal }) };
    if (proposal !== undefined) return ok([{ type: "settle-proposal", proposal: proposal.id, ...answer }]);
    if (answer.take === "accept") return ok([]);
    return refused("no-such-proposal", `nothing is proposed for ${check}`, { hint: "holdfast check list" });
  });
  return done.ok ? ok({ ...done.value, ...about! }) : done;
}
