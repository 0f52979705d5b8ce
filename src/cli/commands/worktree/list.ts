import { listWorktreesOf, type WorktreeView } from "../../../engine/worktrees.ts";
import type { Run } from "../../command.ts";
import { page } from "../../paging.ts";
import { bold, dim, inline, pad, red, yellow, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { list } from "../worktree.ts";

export const listAll: Run<typeof list> = async (_input, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const listed = listWorktreesOf(workspace, global.plan);
    if (!listed.ok) return listed;
    if (global.json) return out.printJson(page(listed.value.map(toJson), { all: true }));
    if (listed.value.length === 0) return out.print("no plan has a worktree");
    let plan: string | undefined;
    const lines: Text[] = [];
    for (const view of listed.value) {
      if (view.checkout.plan !== plan) lines.push(bold(inline(view.checkout.plan)));
      plan = view.checkout.plan;
      lines.push(describe(view));
    }
    out.printLines(lines, { more: "holdfast worktree list --json" });
  });

const toJson = ({ checkout, path, exists, isCutOff, isLocked, branch, dirty, ahead, isHere }: WorktreeView) => ({
  plan: checkout.plan,
  repo: checkout.repo,
  path,
  exists,
  branch: branch ?? null,
  base: checkout.base ?? null,
  dirty: dirty ?? null,
  ahead: ahead ?? null,
  isOurs: checkout.isOurs === true,
  isCutOff,
  isLocked,
  isHere,
});

function describe(view: WorktreeView): Text {
  const { checkout, path, exists, isCutOff, isLocked, branch, dirty = 0, ahead = 0, isHere } = view;
  const head: Text = [isHere ? "* " : "  ", pad(inline(checkout.repo), 16), " ", inline(path)];
  if (!exists) return [head, " ", red("gone")];
  if (isCutOff) return [head, " ", red("cut off from its repository"), `: git worktree repair ${inline(path)}`];
  return [
    head,
    dim(` ${inline(branch ?? "detached")}`),
    dirty === 0 ? dim(", clean") : [", ", yellow(`${dirty} uncommitted`)],
    ahead === 0 ? "" : [", ", yellow(`${ahead} ahead`)],
    isLocked ? ", locked" : "",
    checkout.isOurs === true ? "" : dim(", not made by Holdfast"),
  ];
}
