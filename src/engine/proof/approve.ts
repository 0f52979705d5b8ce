import { resolveCommand } from "../../evidence/run/resolved.ts";
import { readSurroundings } from "../../evidence/run/surroundings.ts";
import { partsOf } from "../../plan/checks.ts";
import { findCheck } from "../../plan/decide/find.ts";
import type { ApprovedForm, CommandOf } from "../../plan/commands.ts";
import type { Author } from "../../plan/record.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { Check, Proposal, Resolved } from "../../plan/check-state.ts";
import { placeCheck } from "./check-place.ts";
import { checkEnvironment } from "./check-run.ts";
import { performOn, type Performed } from "../perform.ts";
import { PlanStore } from "../plans/plan-store.ts";
import type { Workspace } from "../workspace.ts";

/** What a check runs in the end, here and now; nothing where it cannot run here. */
export function resolveCheck({ workspace, state }: PlanStore, check: Check): Resolved {
  const place = placeCheck(workspace, state, check);
  if (!place.ok) return {};
  const { cwd, top } = place.value;
  const { command, isShell } = check;
  const env = { ...checkEnvironment(workspace), ...check.env };
  const { programs = {} } = readSurroundings({ command, isShell, cwd, top, env });
  return partsOf({ resolved: resolveCommand({ command, cwd, top, env }), programs });
}

/** A person says yes to the plan: from now on what its checks ask for, and what they run, is held to this moment. */
export async function approvePlan(
  workspace: Workspace,
  plan: string | undefined,
  note?: string,
): Promise<Result<Performed>> {
  return withStore(workspace, plan, (store) => approveIn(store, note));
}

const approveIn = (store: PlanStore, note: string | undefined): Promise<Result<Performed>> =>
  performOn(store, approvalOf(store, note));

/** The same, as said in a conversation; what goes wrong in it keeps nobody from proceeding. */
export function approveAs(workspace: Workspace, plan: string, by: Author): void {
  const store = PlanStore.open(workspace, plan);
  if (!store.ok) return;
  if (store.value.tooOld === undefined && store.value.state.checks.length > 0) {
    const done = store.value.run(approvalOf(store.value, undefined), by);
    if (done.ok) store.value.project();
  }
  store.value.close();
}

function approvalOf(store: PlanStore, note: string | undefined): CommandOf<"approve-plan"> {
  const checks = store.state.checks.map((check): readonly [string, ApprovedForm] => [
    check.id,
    { form: check.stamp, resolved: resolveCheck(store, check) },
  ]);
  const said = note === undefined ? {} : { note };
  return { type: "approve-plan", checks: Object.fromEntries(checks), ...said };
}

export interface Settled extends Performed {
  readonly check: string;
  readonly proposal?: Proposal;
}

/** A person's yes to the open proposal for a check; without one, to what the check resolves to now. */
export async function acceptCheck(
  workspace: Workspace,
  plan: string | undefined,
  id: string,
): Promise<Result<Settled>> {
  return withStore(workspace, plan, async (store) => {
    const found = findCheck(store.state, id);
    if ("refusal" in found) return { ok: false, refusal: found.refusal };
    const { id: check } = found.found;
    const proposal = store.state.proposals.find((one) => one.check === check);
    if (proposal !== undefined) {
      const settled = await performOn(store, { type: "settle-proposal", proposal: proposal.id, take: "accept" });
      if (!settled.ok) return settled;
      const after = findCheck(store.state, check);
      if ("refusal" in after) return ok({ ...settled.value, check, proposal });
    }
    const now = findCheck(store.state, check);
    if ("refusal" in now) return { ok: false, refusal: now.refusal };
    const done = await performOn(store, {
      type: "accept-check",
      check,
      form: now.found.stamp,
      resolved: resolveCheck(store, now.found),
    });
    return done.ok ? ok({ ...done.value, check, ...(proposal === undefined ? {} : { proposal }) }) : done;
  });
}

/** A person's no to the open proposal for a check. */
export async function rejectProposal(
  workspace: Workspace,
  plan: string | undefined,
  id: string,
  why?: string,
): Promise<Result<Settled>> {
  return withStore(workspace, plan, async (store) => {
    const found = findCheck(store.state, id);
    if ("refusal" in found) return { ok: false, refusal: found.refusal };
    const { id: check } = found.found;
    const proposal = store.state.proposals.find((one) => one.check === check);
    if (proposal === undefined) {
      return refused("no-such-proposal", `nothing is proposed for ${check}`, { hint: "holdfast check list" });
    }
    const reason = why === undefined ? {} : { why };
    const done = await performOn(store, { type: "settle-proposal", proposal: proposal.id, take: "reject", ...reason });
    return done.ok ? ok({ ...done.value, check, proposal }) : done;
  });
}

async function withStore<T>(
  workspace: Workspace,
  plan: string | undefined,
  act: (store: PlanStore) => Promise<Result<T>>,
): Promise<Result<T>> {
  const opened = workspace.plan(plan);
  if (!opened.ok) return opened;
  try {
    return await act(opened.value);
  } finally {
    opened.value.close();
  }
}
