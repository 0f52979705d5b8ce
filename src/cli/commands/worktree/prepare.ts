import { resolve } from "node:path";
import { prepareForPlan } from "../../../engine/worktrees.ts";
import type { Run } from "../../command.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { prepare } from "../worktree.ts";

export const prepareOne: Run<typeof prepare> = async ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out, io } = context;
    const { repo, base, branch, path } = options;
    const prepared = await prepareForPlan(workspace, global.plan, {
      isNewPlan: options.new,
      ...(repo === undefined ? {} : { repo }),
      ...(base === undefined ? {} : { base }),
      ...(branch === undefined ? {} : { branch }),
      ...(path === undefined ? {} : { path: resolve(io.cwd, path) }),
    });
    if (!prepared.ok) return prepared;
    const { checkout, isNew, isNewBranch, path: place } = prepared.value;
    if (global.json) {
      const { plan, repo: of, branch: on = null, base: from = null } = checkout;
      return out.printJson({ plan, repo: of, path: place, branch: on, base: from, isNew, isNewBranch });
    }
    const what = isNew ? "made " : "is there: ";
    const on =
      checkout.branch === undefined ? "detached" : `on ${isNewBranch ? "the new branch " : ""}${checkout.branch}`;
    out.print([what, bold(inline(place)), `, ${inline(on)}`]);
    out.print(`${inline(checkout.plan)} works on ${inline(checkout.repo)} there from now on`);
  });
