import { lstatSync } from "node:fs";
import { join } from "node:path";
import { beatName, touchHeartbeat } from "../../workspace/heartbeat.ts";
import { agentSession } from "../../workspace/session-key.ts";
import type { HostCaller } from "./answer-host.ts";
import { noteEdit } from "../attempts/edit-log.ts";
import type { HostEvent, HostReply } from "./host-event.ts";
import { LEAST_LIMITS, NOTHING, type Answer, type Hook } from "./host-hook.ts";
import { leaveReceipt } from "./host-receipt.ts";
import { isFirst, MemoryFile } from "./memory-file.ts";
import type { MemoryNote } from "./memory-note.ts";
import type { SessionMemory } from "./session-memory.ts";
import { Workspace } from "../workspace.ts";

/** Answers an event in a workspace that has plans. */
export async function answerInWorkspace(event: HostEvent, caller: HostCaller): Promise<HostReply> {
  const opened = await Workspace.open(caller);
  if (!opened.ok) return {};
  const workspace = opened.value;
  try {
    return await answerIn(workspace, event, caller);
  } catch (error) {
    leaveReceipt(workspace.place.planning, event, {}, workspace.now(), error);
    return {};
  } finally {
    workspace.close();
  }
}

async function answerIn(workspace: Workspace, event: HostEvent, caller: HostCaller): Promise<HostReply> {
  const file = new MemoryFile(workspace.place.planning, workspace.actor.session);
  const memory = file.read();
  showAlive(workspace, memory);
  if (!takesUp(event, memory, file)) return {};
  const limits = caller.limits ?? LEAST_LIMITS;
  const rewritesPrompts = limits.rewritesPrompts === true;
  const { isTrusted, meter, typed } = caller;
  const readers = {
    ...(meter === undefined ? {} : { meter }),
    ...(typed === undefined ? {} : { typed }),
  };
  const hook = { event, workspace, memory, isTrusted, limits, rewritesPrompts, ...readers };
  let answer: Answer = NOTHING;
  let failure: unknown;
  try {
    answer = await answerEvent(hook);
  } catch (error) {
    failure = error;
  }
  const noted = event.contextUse === undefined ? [] : [useNote(event.contextUse)];
  file.add([...noted, ...answer.notes]);
  for (const note of answer.notes) {
    if (note.note !== "agent" || note.call === undefined) continue;
    noteEdit(workspace.place.planning, { session: workspace.actor.session, agent: note.agent, call: note.call });
  }
  if (event.type === "turn-ended") file.tidy();
  if (isWorthReceipt(event, answer.reply, failure))
    leaveReceipt(workspace.place.planning, event, answer.reply, workspace.now(), failure);
  return answer.reply;
}

const useNote = (share: number): MemoryNote => ({ note: "context-use", share });

async function answerEvent(hook: Hook): Promise<Answer> {
  const { event } = hook;
  switch (event.type) {
    case "session-started":
      return (await import("./answer-session.ts")).answerStart({ ...hook, event });
    case "prompt-submitted":
      if (event.agent !== undefined) return (await subagents()).answerAgentStart({ ...hook, event });
      return (await import("./answer-session.ts")).answerPrompt({ ...hook, event });
    case "compacting":
      return (await import("./answer-session.ts")).answerCompaction({ ...hook, event });
    case "tool-starting":
      if (event.tool.kind === "list") return (await import("./answer-list.ts")).answerListing({ ...hook, event });
      return event.tool.kind === "spawn"
        ? (await subagents()).answerSpawn({ ...hook, event })
        : (await import("./answer-guard.ts")).answerWrite({ ...hook, event });
    case "tool-finished":
      if (event.tool.kind === "list") return (await import("./answer-list.ts")).answerListed({ ...hook, event });
      if (event.tool.kind === "spawn") return (await subagents()).answerSpawned({ ...hook, event });
      if (event.tool.kind !== "shell") return NOTHING;
      return (await import("./answer-shell.ts")).answerShell({ ...hook, event });
    case "subagent-starting":
      return (await subagents()).answerAgentStart({ ...hook, event });
    case "subagent-finished":
      return (await subagents()).answerAgentEnd({ ...hook, event });
    case "turn-ended":
      return (await import("./answer-turn.ts")).answerTurnEnd({ ...hook, event });
    case "session-ended":
      return (await import("./answer-turn.ts")).answerSessionEnd({ ...hook, event });
    case "compacted":
      return NOTHING;
    default:
      return event satisfies never;
  }
}

const subagents = () => import("./answer-subagent.ts");

/**
 * Hosts run every hook that is registered, so one event may come twice at once: whoever noted it first takes it up. A
 * refusal is given as often as it is asked for, lest one that was never heard be the only one.
 */
function takesUp(event: HostEvent, memory: SessionMemory, file: MemoryFile): boolean {
  if (event.id === undefined) return true;
  if (event.type !== "prompt-submitted" && event.type !== "tool-finished" && event.type !== "subagent-starting") {
    return true;
  }
  const id = `${event.type}:${event.agent ?? ""}:${event.id}`;
  return !memory.handled.has(id) && isFirst(file, id, `${process.pid}.${process.hrtime.bigint().toString(36)}`);
}

/** Keeps alive a session that has shown itself before, and its subagents, which cannot show themselves. */
function showAlive(workspace: Workspace, { spawns }: SessionMemory): void {
  if (lstatSync(beatOf(workspace), { throwIfNoEntry: false })?.isFile() === true) workspace.beat();
  const { caller, actor, place } = workspace;
  for (const { call, task } of spawns.values()) {
    if (task === undefined) continue;
    touchHeartbeat(place.planning, agentSession(actor.session, call), { now: workspace.now(), env: caller.env });
  }
}

const beatOf = ({ place, actor }: Workspace): string =>
  join(place.planning, ".local", "heartbeats", beatName(actor.session));

/** Tools come and go by the hundred; of those only what was said or went wrong is kept. */
const isWorthReceipt = (event: HostEvent, reply: HostReply, failure: unknown): boolean =>
  failure !== undefined || Object.keys(reply).length > 0 || !event.type.startsWith("tool-");
