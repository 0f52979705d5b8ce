import { collectSessions, releaseSession } from "../../../engine/sessions/sessions.ts";
import type { Run } from "../../command.ts";
import { page } from "../../paging.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { collect, release } from "../session.ts";

export const releaseCaller: Run<typeof release> = async (_input, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const released = await releaseSession(workspace);
    if (!released.ok) return released;
    const { session, source } = workspace.actor;
    if (global.json) return out.printJson({ session, plan: released.value.plan });
    const who = source === "shell" ? "the workspace" : session;
    out.print([`${who} has let go of `, bold(inline(released.value.plan))]);
  });

export const collectDead: Run<typeof collect> = async (_input, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const collected = await collectSessions(workspace);
    if (!collected.ok) return collected;
    const items = collected.value.map(({ session, plan, role }) => ({ session, plan, role }));
    if (global.json) return out.printJson(page(items, { all: true }));
    if (items.length === 0) out.print("no binding is dead");
    for (const { session, plan, role } of items) out.print(`ended: ${session}, ${role} of ${inline(plan)}`);
  });
