import { discover, listRepositories } from "../../../engine/repositories.ts";
import type { Run } from "../../command.ts";
import { page } from "../../paging.ts";
import { bold, dim, inline, pad, red } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { discover as discoverSpec, list } from "../repo.ts";

export const listAll: Run<typeof list> = async (_input, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const listed = listRepositories(workspace);
    if (!listed.ok) return listed;
    if (global.json) return out.printJson(page(listed.value, { all: true }));
    if (listed.value.length === 0) out.print("no repository: holdfast repo discover looks for some");
    for (const { id, path, branch, exists, isImplicit } of listed.value) {
      const state = exists ? inline(branch ?? "detached") : red("gone");
      const note = isImplicit ? dim(" (the workspace's own, registered by nobody)") : "";
      out.print([pad(bold(inline(id)), 20), " ", pad(inline(path), 30), " ", state, note]);
    }
  });

export const discoverAll: Run<typeof discoverSpec> = async (_input, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const found = discover(workspace);
    if (!found.ok) return found;
    if (global.json) return out.printJson(page(found.value, { all: true }));
    if (found.value.length === 0) out.print("no repository at the workspace's root or one level below");
    for (const { id, path, command } of found.value) {
      out.print(command === undefined ? dim(`${inline(path)} is registered as ${inline(id)}`) : inline(command));
    }
  });
