import { addRepository, removeRepository } from "../../../engine/repositories.ts";
import type { Run } from "../../command.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { add, remove } from "../repo.ts";

export const addOne: Run<typeof add> = async ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const added = await addRepository(workspace, args.path, options.id);
    if (!added.ok) return added;
    const { repository, isNew, kept } = added.value;
    if (global.json) return out.printJson({ ...repository, isNew, ...(kept === undefined ? {} : { kept }) });
    if (kept !== undefined) out.print(`registered ${kept.id} (${inline(kept.path)}), the workspace's own, with it`);
    out.print([isNew ? "registered " : "registered already: ", bold(repository.id), ` (${inline(repository.path)})`]);
  });

export const removeOne: Run<typeof remove> = async ({ args }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const removed = await removeRepository(workspace, args.id);
    if (!removed.ok) return removed;
    if (global.json) return out.printJson(removed.value);
    out.print(["forgot ", bold(removed.value.id), `; its folder ${inline(removed.value.path)} is as it was`]);
  });
