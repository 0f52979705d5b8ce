import { describeCaller } from "../../../engine/sessions/session-view.ts";
import type { Run } from "../../command.ts";
import { bold, dim, inline, pad, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { show } from "../session.ts";

const SOURCES = {
  flag: "from --session",
  env: "from HOLDFAST_SESSION",
  host: "from the host",
  shell: "a shell, without a session of its own",
} as const;

const CHOICES = {
  flag: "named with --plan",
  pin: "named by HOLDFAST_PLAN",
  session: "this session is bound to it",
  worktree: "this is its own worktree",
  default: "the workspace's default, chosen by nobody for this session",
  latest: "the latest, chosen by nobody",
} as const;

export const showCaller: Run<typeof show> = async (_input, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const described = await describeCaller(workspace, global.plan);
    if (!described.ok) return described;
    const view = described.value;
    const { root, planning, state } = workspace.place;
    const { notes: _, ...told } = view;
    if (global.json) return out.printJson({ ...told, root, planning, workspace: state });
    const line = (name: string, text: Text): void => out.print([dim(pad(name, 10)), text]);
    line("session", [bold(view.session), ` (${SOURCES[view.source]})`]);
    line("workspace", state === "none" ? `none; ${root} would be its root` : planning);
    if (view.plan === undefined || view.chosenBy === "none") line("plan", "none");
    else {
      line("plan", [bold(inline(view.plan)), ` (${CHOICES[view.chosenBy]})`]);
      line("role", view.role ?? "none");
    }
    if (view.binding !== undefined && view.binding.plan !== view.plan) {
      line("bound to", `${inline(view.binding.plan)} as ${view.binding.role}`);
    }
    line("person", view.person ?? `no: ${view.whyNoPerson?.message ?? "unknown"}`);
  });
