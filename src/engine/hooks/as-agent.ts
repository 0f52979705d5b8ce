import { agentSession } from "../../workspace/session-key.ts";
import { PlanStore } from "../plans/plan-store.ts";
import { Workspace } from "../workspace.ts";

/** Does something to a plan as the subagent of a call. */
export async function asAgent<T>(
  workspace: Workspace,
  call: string,
  slug: string,
  act: (store: PlanStore, session: string) => Promise<T>,
): Promise<T | undefined> {
  const session = agentSession(workspace.actor.session, call);
  const opened = await Workspace.open({ ...workspace.caller, session });
  if (!opened.ok) return undefined;
  const store = PlanStore.open(opened.value, slug);
  try {
    return store.ok && store.value.tooOld === undefined ? await act(store.value, session) : undefined;
  } finally {
    if (store.ok) store.value.close();
    opened.value.close();
  }
}
