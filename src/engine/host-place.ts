import { statSync } from "node:fs";
import { join } from "node:path";
import { fileNameOf } from "../workspace/file-name.ts";
import { parseSessionKey } from "../workspace/session-key.ts";
import type { HostCaller } from "./answer-host.ts";
import type { HostEvent, HostReply } from "./host-event.ts";
import { findPlace, listSlugs, secondFolder } from "./place.ts";

/** How old a sign of life may be before another is given. */
const BEAT_EVERY_MS = 30_000;

/**
 * Answers an event in the workspace of its folder; nothing where there is none, or no plan in it. Most events end here,
 * before any journal is opened and before the code for that is loaded.
 */
export async function answerInPlace(event: HostEvent, caller: HostCaller): Promise<HostReply> {
  const session = parseSessionKey(caller.env["HOLDFAST_SESSION"] ?? "") ?? event.session;
  const as = { ...caller, cwd: event.cwd, session };
  const found = findPlace(as);
  if (!found.ok || found.value.state === "none") return {};
  const { planning, root } = found.value;
  if (listSlugs(found.value, { planning, journals: planning, second: secondFolder(root) }).length === 0) return {};
  if (event.type === "tool-starting" && event.tool.kind !== "spawn") {
    const { guardTargets } = await import("./guard-targets.ts");
    if (guardTargets(event, planning, as.env["HOME"]).length === 0) return {};
  }
  const isBeating = event.type === "tool-finished" && isDue(planning, session, (caller.now ?? Date.now)());
  if (!leavesTrace(event) && !isBeating) return {};
  return await (await import("./answer-event.ts")).answerInWorkspace(event, as);
}

/** Finished tools that something is kept of: files that were changed, subagents that were started. */
const leavesTrace = (event: HostEvent): boolean =>
  event.type !== "tool-finished" || event.tool.kind === "edit" || event.tool.kind === "spawn";

/** A session that has shown itself before is kept alive; one that never wrote anything has nothing to lose. */
function isDue(planning: string, session: string, now: number): boolean {
  const path = join(planning, ".local", "heartbeats", `${fileNameOf(session)}.beat`);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && now - stats.mtimeMs > BEAT_EVERY_MS;
}
