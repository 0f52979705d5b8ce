import { statSync } from "node:fs";
import { join } from "node:path";
import { isInside } from "../../workspace/contained-path.ts";
import { fileNameOf } from "../../workspace/file-name.ts";
import { hasSessionFacts } from "../../workspace/registered.ts";
import { parseSessionKey } from "../../workspace/session-key.ts";
import type { HostCaller } from "./answer-host.ts";
import { noteEdit } from "../attempts/edit-log.ts";
import type { HostEvent, HostReply, ToolUse } from "./host-event.ts";
import { MemoryFile } from "./memory-file.ts";
import { findPlace, listSlugs, secondFolder } from "../place.ts";

/** How old a sign of life may be before another is given. */
const BEAT_EVERY_MS = 30_000;

/**
 * Answers an event in the workspace of its folder; nothing where there is none, or no plan or goal in it. Most events end here,
 * before any journal is opened and before the code for that is loaded.
 */
export async function answerInPlace(event: HostEvent, caller: HostCaller): Promise<HostReply> {
  const session = parseSessionKey(caller.env["HOLDFAST_SESSION"] ?? "") ?? event.session;
  const as = { ...caller, cwd: event.cwd, session };
  const found = findPlace(as);
  if (!found.ok || found.value.state === "none") return {};
  const { planning, root } = found.value;
  const slugs = listSlugs(found.value, { planning, journals: planning, second: secondFolder(root) });
  if (slugs.length === 0 && !hasSessionFacts(planning) && !(await beginsPlan(event, caller))) return {};
  if (event.type === "tool-starting" && !isHeard(event)) {
    const { mayWriteThere } = await import("./kept-folders.ts");
    if (!mayWriteThere({ ...event, tool: event.tool }, found.value, as.env)) return {};
  }
  if (event.type === "tool-finished") {
    const now = (caller.now ?? Date.now)();
    if (event.tool.kind === "edit") noteChanged(event, planning, session, now);
    const isBeating = isDue(planning, session, now);
    const isWorth = isHeard(event) || isBeating || (await ranCheck(event, planning, slugs));
    if (!isWorth) return {};
  }
  if (event.type === "session-started") {
    const { startQuickly } = await import("../sessions/quick-start.ts");
    const reply = await startQuickly(event, as, found.value);
    if (reply !== undefined) return reply;
  }
  return await (await import("./answer-event.ts")).answerInWorkspace(event, as);
}

/** A plan that a person wants made has a mode before it is there. */
async function beginsPlan(event: HostEvent, { isTrusted }: HostCaller): Promise<boolean> {
  if (event.type !== "prompt-submitted" || event.by !== "person" || !isTrusted) return false;
  const { holdfastCommand } = await import("../../continuation/phrases.ts");
  const { isMode, isPlanning } = await import("../../continuation/mode.ts");
  const command = holdfastCommand(event.prompt) ?? "";
  return isMode(command) && isPlanning(command);
}

async function ranCheck(
  event: Extract<HostEvent, { type: "tool-finished" }>,
  planning: string,
  slugs: readonly string[],
): Promise<boolean> {
  if (event.tool.kind !== "shell") return false;
  return (await import("./check-forms.ts")).ranCheck(event, planning, slugs);
}

/** Whatever files are concerned. */
const isHeard = ({ tool }: { readonly tool: ToolUse }): boolean => tool.kind === "spawn" || tool.kind === "list";

/**
 * Files that a tool changed are remembered until the turn ends, and with who changed them for as long as attempts may
 * ask; those that Holdfast keeps are no work.
 */
function noteChanged(
  event: Extract<HostEvent, { type: "tool-finished" }>,
  planning: string,
  session: string,
  at: number,
): void {
  if (event.outcome === "failed") return;
  const files = (event.tool.paths ?? []).filter((path) => !isInside(planning, path)).slice(0, 100);
  if (files.length === 0) return;
  new MemoryFile(planning, session).add([{ note: "changed", files }]);
  const { agent } = event;
  noteEdit(planning, { at, session, ...(agent === undefined ? {} : { agent }), files });
}

/** A session that has shown itself before is kept alive; one that never wrote anything has nothing to lose. */
function isDue(planning: string, session: string, now: number): boolean {
  const path = join(planning, ".local", "heartbeats", `${fileNameOf(session)}.beat`);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && now - stats.mtimeMs > BEAT_EVERY_MS;
}
