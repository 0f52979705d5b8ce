import { existsSync } from "node:fs";
import { join } from "node:path";
import { renderStart, renderUnbound } from "../../context/session-texts.ts";
import { beatName, livenessIn, touchHeartbeat } from "../../workspace/heartbeat.ts";
import type { WorkspaceRoot } from "../../workspace/root.ts";
import { planOfWorktree } from "../../workspace/repositories.ts";
import { bindingOf, COLLECT_GRACE_MS, deadBindings, roleIn, type LivenessOf } from "../../workspace/sessions.ts";
import { SETTINGS } from "../../workspace/settings.ts";
import type { HostCaller } from "../hooks/answer-host.ts";
import { glanceAt } from "./glance.ts";
import { readFreshHead } from "../plans/fresh-head.ts";
import type { HostEvent, HostReply } from "../hooks/host-event.ts";
import { LEAST_LIMITS } from "../hooks/host-hook.ts";
import { leaveReceipt } from "../hooks/host-receipt.ts";
import { planLayout } from "../layout.ts";
import { listSlugs, secondFolder } from "../place.ts";
import { readFreshFacts } from "./quick-facts.ts";
import { MemoryFile } from "../hooks/memory-file.ts";
import type { MemoryNote } from "../hooks/memory-note.ts";
import { hasTaskSpawns, noteBegun, UNBOUND, type SessionMemory } from "../hooks/session-memory.ts";
import { judgeStanding } from "../continuation/standing.ts";
import type { Standing } from "../hooks/host-standing.ts";

type Started = Extract<HostEvent, { readonly type: "session-started" }>;

/**
 * The answer to a conversation's beginning where there is nothing to do but to tell what files say: no journal is
 * opened, and the code for that is not loaded. Undefined where more is needed; then nothing has been written.
 */
export async function startQuickly(
  event: Started,
  caller: HostCaller & { readonly session: string },
  place: WorkspaceRoot,
): Promise<HostReply | undefined> {
  const { planning } = place;
  const { session, env } = caller;
  const now = (caller.now ?? Date.now)();
  const file = new MemoryFile(planning, session);
  const memory = file.read();
  const standing = isConfigured(planning, env) ? undefined : standingByFiles(event, session, place, memory, now);
  if (standing === undefined) return undefined;
  const glance = glanceAt(event.cwd);
  if (existsSync(join(planning, ".local", "heartbeats", beatName(session)))) {
    touchHeartbeat(planning, session, { now, env });
  }
  const limits = caller.limits ?? LEAST_LIMITS;
  const context =
    standing.kind === "bound"
      ? renderStart(standing.head, { session, role: standing.role }, { folder: event.cwd, ...(await glance) }, limits)
      : renderUnbound(standing.open);
  const notes: readonly MemoryNote[] =
    standing.kind === "bound"
      ? noteBegun(memory, event.source, now, standing.head)
      : [
          ...noteBegun(memory, event.source, now),
          ...(context === "" ? [] : [{ note: "told" as const, what: UNBOUND }]),
        ];
  file.add(notes);
  const reply = context === "" ? {} : { context };
  leaveReceipt(planning, event, reply, now);
  return reply;
}

/** How a session stands, by what files say; undefined where they do not say it, or something has to be done first. */
function standingByFiles(
  event: Started,
  session: string,
  place: WorkspaceRoot,
  memory: SessionMemory,
  now: number,
): Standing | undefined {
  const { planning, root } = place;
  const layout = { planning, journals: planning, second: secondFolder(root) };
  const state = readFreshFacts(layout);
  if (state === undefined || state.standings.size > 0 || state.goals.length > 0) return undefined;
  const alive: LivenessOf = (binding) => livenessIn(planning, { now, staleMs: binding.leaseMs })(binding);
  if (deadBindings(state, now, alive, COLLECT_GRACE_MS).length > 0) return undefined;
  if (
    memory.left !== undefined ||
    (event.source === "resume" && hasTaskSpawns(memory)) ||
    (event.source === "clear" && bindingOf(state, session) === undefined)
  )
    return undefined;

  const slugs = listSlugs(place, layout);
  const heads = new Map(slugs.map((slug) => [slug, readFreshHead(planLayout(layout, slug))]));
  if ([...heads.values()].includes(undefined)) return undefined;
  const here = planOfWorktree(root, state.checkouts.values(), event.cwd);
  return judgeStanding({
    state,
    session,
    ...(here === undefined ? {} : { here }),
    slugs,
    headOf: (slug) => heads.get(slug),
    roleIn: (slug) => roleIn(state, slug, { session, source: "flag" }, now, alive),
  });
}

/** Settings, or a pin: then more has to be read than this does. */
const isConfigured = (planning: string, env: HostCaller["env"]): boolean =>
  [env["HOLDFAST_PLAN"], ...Object.values(SETTINGS).map((setting) => env[setting.env])].some((value) => value) ||
  existsSync(join(planning, "holdfast.json")) ||
  existsSync(join(planning, ".local", "holdfast.json"));
