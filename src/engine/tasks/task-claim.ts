import { leaseEnd } from "../../context/stuck.ts";
import type { CommandOf } from "../../plan/commands.ts";
import { taskById } from "../../plan/graph.ts";
import { refuse, type Refusal, type Result } from "../../plan/refusal.ts";
import type { PlanState } from "../../plan/state.ts";
import { withBase } from "../attempts/attempt-base.ts";
import { passReadyWave } from "../proof/gate.ts";
import { performOn, type Performed } from "../perform.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import type { Workspace } from "../workspace.ts";

/** Claims or starts a task. A refusal says who holds it, also as facts for programs. */
export async function takeTask(
  workspace: Workspace,
  plan: string | undefined,
  command: CommandOf<"claim-task"> | CommandOf<"start-task">,
): Promise<Result<Performed>> {
  const opened = workspace.plan(plan);
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    const shared = command.type === "claim-task" ? refuseSharedName(store, command) : undefined;
    if (shared === undefined) await passReadyWave(store);
    const done =
      shared === undefined
        ? await performOn(store, await withBase(store, withCrash(store, command)))
        : { ok: false as const, refusal: shared };
    return done.ok ? done : { ok: false, refusal: withHolder(store.state, command.id, done.refusal, workspace.now()) };
  } finally {
    store.close();
  }
}

/** Whoever is taken over from may be gone for good: then its attempt crashed, and such attempts are counted. */
function withCrash<C extends CommandOf<"claim-task"> | CommandOf<"start-task">>(
  { workspace, state }: PlanStore,
  command: C,
): C {
  if (command.type !== "claim-task" || command.takeOver !== true) return command;
  const claim = taskById(state, command.id)?.claim;
  if (claim === undefined || workspace.livenessOf(claim.session, claim.machine, claim.leaseMs) !== "gone")
    return command;
  return { ...command, crashed: true };
}

/** All shells of an account go by one name, so "yours already" could be said to two programs at once. */
function refuseSharedName({ workspace, state }: PlanStore, { id }: CommandOf<"claim-task">): Refusal | undefined {
  const task = taskById(state, id);
  const { session, source } = workspace.actor;
  if (task?.claim?.session !== session || source !== "shell") return undefined;
  return refuse("already-claimed", `${task.id}: in_progress, claimed by ${session}, a shell of this account`, {
    hint: `holdfast task prompt ${task.id} shows its fence; --session <host>:<id> tells shells apart`,
  });
}

function withHolder(state: PlanState, id: string, refusal: Refusal, now: number): Refusal {
  const task = taskById(state, id);
  if (task === undefined) return refusal;
  const { claim } = task;
  const holder =
    claim === undefined
      ? {}
      : {
          holder: {
            session: claim.session,
            ...(claim.worker === undefined ? {} : { worker: claim.worker }),
            ...(claim.machine === undefined ? {} : { machine: claim.machine }),
            since: claim.at,
            leaseEndsAt: leaseEnd(claim),
            expired: leaseEnd(claim) <= now,
          },
        };
  return { ...refusal, facts: { task: task.id, status: task.status, ...holder } };
}
