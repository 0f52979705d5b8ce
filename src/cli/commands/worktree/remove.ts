import { removeWorktreeOf } from "../../../engine/worktrees.ts";
import type { Run } from "../../command.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { remove } from "../worktree.ts";

const OUTCOMES = {
  removed: "removed ",
  gone: "was gone already: ",
  kept: "forgotten, and left as it is: ",
} as const;

export const removeOne: Run<typeof remove> = async ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const { repo, forget } = options;
    const removed = await removeWorktreeOf(workspace, global.plan, { forget, ...(repo === undefined ? {} : { repo }) });
    if (!removed.ok) return removed;
    const { path, outcome, branch } = removed.value;
    if (global.json) return out.printJson(removed.value);
    out.print([OUTCOMES[outcome], bold(inline(path))]);
    if (branch !== undefined) out.print(`the branch ${inline(branch)} is as it was`);
  });
