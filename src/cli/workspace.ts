import type { PlanStore } from "../engine/plans/plan-store.ts";
import { Workspace, type Caller } from "../engine/workspace.ts";
import type { Result } from "../plan/refusal.ts";
import type { Context, Outcome } from "./command.ts";

type Surroundings = Pick<Context, "io" | "global">;

/** Who calls, and from where: folder, environment, `--root`, `--session`. */
export function callerOf({ io, global }: Surroundings): Caller {
  return {
    cwd: io.cwd,
    env: io.env,
    isTerminal: io.stdin.isTTY === true,
    ...(global.root === undefined ? {} : { root: global.root }),
    ...(global.session === undefined ? {} : { session: global.session }),
  };
}

/** The workspace that a command runs in. */
export function openWorkspace(context: Surroundings): Promise<Result<Workspace>> {
  return Workspace.open(callerOf(context));
}

/** Opens the workspace, tells what was found to be out of date on the way, and lets go of it afterwards. */
export async function withWorkspace(
  context: Context,
  use: (workspace: Workspace) => Promise<Outcome> | Outcome,
): Promise<Outcome> {
  const workspace = await openWorkspace(context);
  if (!workspace.ok) return workspace;
  try {
    const outcome = await use(workspace.value);
    for (const note of new Set(workspace.value.notes)) context.out.warn(note);
    return outcome;
  } finally {
    workspace.value.close();
  }
}

/** Opens the plan that is meant for reading, and closes it afterwards. */
export function withPlan(
  context: Context,
  use: (store: PlanStore, workspace: Workspace) => Promise<Outcome> | Outcome,
): Promise<Outcome> {
  return withWorkspace(context, async (workspace) => {
    const store = workspace.plan(context.global.plan, { isReading: true });
    if (!store.ok) return store;
    try {
      return await use(store.value, workspace);
    } finally {
      store.value.close();
    }
  });
}
