import type { PlanCommand } from "../plan/commands.ts";
import { isExpired } from "../plan/evolve/task-attempt.ts";
import { taskById } from "../plan/graph.ts";
import { ok, refuse, type Refusal, type Result } from "../plan/refusal.ts";
import type { PlanState } from "../plan/state.ts";
import { thisMachine } from "../workspace/machine.ts";
import type { Done, PlanStore } from "./plans/plan-store.ts";
import type { ProjectionReport } from "./plans/projection.ts";
import type { Workspace } from "./workspace.ts";

/** What a use case did to a plan. */
export interface Performed {
  readonly slug: string;
  readonly state: PlanState;
  /** One for each command, in order. */
  readonly done: readonly Done[];
  readonly advice: readonly string[];
  readonly edited: ProjectionReport["edited"];
}

/** What is to be done, possibly after a look at the plan. */
export type Wanted = PlanCommand | readonly PlanCommand[] | ((state: PlanState) => Result<readonly PlanCommand[]>);

/**
 * Runs commands on a plan as the caller, one record each, and writes the files that follow from them. The first
 * refusal ends it; what was recorded before stands.
 */
export async function perform(
  workspace: Workspace,
  plan: string | undefined,
  wanted: Wanted,
): Promise<Result<Performed>> {
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  try {
    return await performOn(store.value, wanted);
  } finally {
    store.value.close();
  }
}

export async function performOn(store: PlanStore, wanted: Wanted): Promise<Result<Performed>> {
  const { workspace } = store;
  const by = await workspace.author(store.slug);
  if (!by.ok) return by;
  const commands = typeof wanted === "function" ? wanted(store.state) : ok(listOf(wanted));
  if (!commands.ok) return commands;
  const done: Done[] = [];
  let refusal: Refusal | undefined;
  for (const command of commands.value) {
    refusal = mayTakeOver(store, command, by.value.role === "person");
    const result = refusal === undefined ? store.run(command, by.value) : undefined;
    if (result?.ok === true) done.push(result.value);
    else {
      refusal ??= result?.refusal;
      break;
    }
  }
  const report = done.some(({ record }) => record !== undefined) ? store.project() : ok({ edited: [] });
  workspace.beat();
  if (refusal !== undefined) return { ok: false, refusal };
  if (!report.ok) return report;
  return ok({
    slug: store.slug,
    state: store.state,
    done,
    advice: done.flatMap(({ advice }) => advice),
    edited: report.value.edited,
  });
}

const listOf = (wanted: Exclude<Wanted, (...args: never) => unknown>): readonly PlanCommand[] =>
  "type" in wanted ? [wanted] : wanted;

/**
 * A lease that ran out is not enough where the holder is on this machine and shows itself. A person may take over
 * anyway; on another machine nothing but the lease is known.
 */
function mayTakeOver({ workspace, state }: PlanStore, command: PlanCommand, isPerson: boolean): Refusal | undefined {
  if (command.type !== "claim-task" || command.takeOver !== true || isPerson) return undefined;
  const claim = taskById(state, command.id)?.claim;
  if (claim === undefined || claim.machine !== thisMachine() || !isExpired(claim, workspace.now())) return undefined;
  if (workspace.livenessOf(claim.session, claim.machine, claim.leaseMs) !== "alive") return undefined;
  return refuse("holder-alive", `${command.id}: the lease of ${claim.session} has run out, but it still shows itself`, {
    hint: "holdfast task next; or a person takes it over",
  });
}
