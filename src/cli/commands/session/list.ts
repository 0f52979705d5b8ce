import { listSessions, type SessionView } from "../../../engine/sessions/session-view.ts";
import type { Run } from "../../command.ts";
import { page } from "../../paging.ts";
import { bold, dim, inline, pad, yellow, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { list } from "../session.ts";

export const listBindings: Run<typeof list> = async ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const sessions = listSessions(workspace);
    if (!sessions.ok) return sessions;
    const shown = sessions.value.filter(({ isLive, isOwn }) => options.all || isLive || isOwn);
    const dead = sessions.value.length - shown.length;
    if (global.json) return out.printJson({ ...page(shown, options), dead });
    const now = workspace.now();
    const lines = shown.map((view) => describe(view, now));
    if (lines.length === 0) lines.push(dim("no session is bound to a plan"));
    if (dead > 0) lines.push(dim(`${dead} more of sessions that are dead: holdfast session list --all`));
    out.printLines(lines, { ...options, more: "holdfast session list --all" });
  });

function describe(view: SessionView, now: number): Text {
  const { session, plan, role, since, leaseEndsAt, isExpired, liveness, isThisMachine, machine, isOwn } = view;
  const lease = isExpired ? `lease ran out ${ago(now - leaseEndsAt)} ago` : `lease ${ago(leaseEndsAt - now)} more`;
  const where = isThisMachine ? "this machine" : `on ${(machine ?? "another machine").split("~", 1)[0]}`;
  const how = liveness === "alive" ? liveness : yellow(liveness);
  return [
    isOwn ? "* " : "  ",
    pad(bold(inline(session)), 24),
    " ",
    pad(inline(plan), 20),
    " ",
    pad(role, 8),
    ` since ${new Date(since).toISOString().slice(0, 16)}Z, ${lease}, ${where}, `,
    how,
  ];
}

const UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
];

/** A stretch of time in its largest unit. */
function ago(ms: number): string {
  const [unit, name] = UNITS.find(([size]) => ms >= size) ?? [1000, "s"];
  return `${Math.max(0, Math.floor(ms / unit))} ${name}`;
}
