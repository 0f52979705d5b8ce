import {
  renderAssignment,
  renderBystander,
  renderUnknownTask,
  resultIn,
  reviewNamedIn,
  taskNamedIn,
  type AgentResult,
  type NamedTask,
  type UnknownTask,
} from "../../context/assignment.ts";
import { judgeRoute } from "../../context/route.ts";
import type { PlanCommand } from "../../plan/commands.ts";
import { taskById } from "../../plan/graph.ts";
import type { Task, TaskStatus } from "../../plan/state.ts";
import { agentSession } from "../../workspace/session-key.ts";
import { asAgent } from "./as-agent.ts";
import { withBase } from "../attempts/attempt-base.ts";
import { noteEdit } from "../attempts/edit-log.ts";
import { NOTHING, type Answer, type Hook, type HostEventOf } from "./host-hook.ts";
import { standingOf, type Standing } from "./host-standing.ts";
import { passReadyWave } from "../proof/gate.ts";
import { performOn } from "../perform.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import { readPlan } from "../plans/read-plan.ts";
import { decidePreflight, renderPreflight, type Preflight } from "./preflight.ts";
import type { MemoryNote, Spawn } from "./memory-note.ts";
import type { SessionMemory } from "./session-memory.ts";
import { tellUnknown, unknownIn } from "./unknown-task.ts";
import type { Workspace } from "../workspace.ts";

type Starting = Hook<HostEventOf<"tool-starting">>;

/**
 * A subagent is about to be started. One that is given a task of the plan gets it claimed here and now, under the id of
 * the call: that id alone is known at both ends, since hosts start several at once and tell which agent came of which
 * call only when it is there. The journal decides between two that are given one task.
 */
export async function answerSpawn(hook: Starting): Promise<Answer> {
  const { event, workspace } = hook;
  const { prompt = "", callId, subagentType } = event.tool;
  const standing = standingOf(workspace);
  if (!standing.ok) return NOTHING;
  const review = callId === undefined ? undefined : reviewNamedIn(prompt);
  if (review !== undefined) {
    const { noteReviewer } = await import("./answer-review.ts");
    const spawned = noteReviewer(workspace, planOf(standing.value, review), review, hook.event.tool);
    if (spawned !== undefined) return { reply: {}, notes: [spawned] };
  }
  const named = taskNamedIn(prompt);
  const slug = named === undefined ? undefined : planOf(standing.value, named);
  const type = subagentType === undefined ? {} : { subagentType };
  const plain: MemoryNote[] = callId === undefined ? [] : [{ note: "spawned", call: callId, ...type }];
  const head = standing.value.kind === "bound" ? standing.value.head : undefined;
  if (named === undefined || slug === undefined || callId === undefined) {
    const role = standing.value.kind === "bound" ? { role: standing.value.role } : {};
    const isElsewhere = head !== undefined && judgeRoute(prompt, head) !== undefined;
    const advice = advise(hook, decidePreflight({ prompt, isElsewhere, ...role }));
    return { ...advice, notes: [...advice.notes, ...(head === undefined ? [] : plain)] };
  }
  if (standing.value.kind === "bound" && standing.value.role === "observer") {
    const unknown = unknownIn(readPlan(workspace, slug), named);
    if (unknown !== undefined) return tellUnknown(hook, standing.value, named, unknown);
    const deny = `This session observes the plan ${slug}, and may not have its tasks done. Lanes are open to it: holdfast lane create "<title>".`;
    return { reply: { deny }, notes: [] };
  }
  const claimed = await claimFor(workspace, slug, named, callId);
  if (claimed === undefined) return { reply: {}, notes: plain };
  if ("deny" in claimed) return { reply: { deny: claimed.deny }, notes: [] };
  if ("near" in claimed) return tellUnknown(hook, standing.value, named, claimed);
  const { id, title, fence } = claimed;
  return {
    reply: { prompt: `${prompt}\n\n${renderAssignment({ id, title, plan: slug, fence })}` },
    notes: [{ note: "spawned", call: callId, ...type, plan: slug, task: id, fence }],
  };
}

/** What has to be kept in a lane is said each time; what one would be good for, once. */
function advise({ memory }: Starting, preflight: Preflight): Answer {
  const context = renderPreflight(preflight);
  const what = `lane:${preflight.why}`;
  if (context === "" || memory.told.has(what)) return NOTHING;
  return { reply: { context }, notes: preflight.decision === "lane-recommended" ? [{ note: "told", what }] : [] };
}

function planOf(standing: Standing, { plan }: Pick<NamedTask, "plan">): string | undefined {
  if (standing.kind === "bound") return standing.head.slug;
  const { open } = standing;
  return plan === undefined
    ? open.length === 1
      ? open[0]!.slug
      : undefined
    : open.find((it) => it.slug === plan)?.slug;
}

interface Claimed {
  readonly id: string;
  readonly title: string;
  readonly fence: string;
}

/** Claims a task for the subagent of a call; undefined where there is nothing to claim, or no telling. */
async function claimFor(
  workspace: Workspace,
  slug: string,
  named: NamedTask,
  call: string,
): Promise<Claimed | UnknownTask | { readonly deny: string } | undefined> {
  return asAgent(workspace, call, slug, async (store, session) => {
    const task = taskById(store.state, named.task);
    if (task === undefined) return unknownIn(store.state, named);
    if (isForReaders(task)) return undefined;
    if (task.claim?.session === session) return claimedBy(task);
    // Whoever holds a task may have help with it; the task stays its holder's.
    if (task.claim?.session === workspace.actor.session) return undefined;
    await passReadyWave(store);
    const command = await withBase(store, { type: "claim-task", id: task.id }, { isWhole: true });
    const done = await performOn(store, command);
    const claimed = taskById(store.state, task.id);
    if (done.ok && claimed !== undefined) return claimedBy(claimed);
    if (done.ok || !FORBIDS.has(done.refusal.reason)) return undefined;
    const { message, hint } = done.refusal;
    return { deny: `Holdfast: ${message}.${hint === undefined ? "" : ` ${hint}`}` };
  });
}

/** What stands in a task's way; other refusals are Holdfast's own trouble, and hold nobody up. */
const FORBIDS: ReadonlySet<string> = new Set(["not-ready", "already-claimed", "needs-a-person", "low-confidence"]);

/** Work that is there may be looked at by anybody. */
const isForReaders = ({ status }: Task): boolean => status === "implemented" || status === "done";

const claimedBy = ({ id, title, claim }: Task): Claimed | undefined =>
  claim === undefined ? undefined : { id, title, fence: claim.fence };

/** A subagent begins: it is told its task, or that the plan is none of its business. */
export function answerAgentStart(hook: Hook<HostEventOf<"subagent-starting" | "prompt-submitted">>): Answer {
  const { event, workspace, memory } = hook;
  const { agent } = event;
  if (agent === undefined) return NOTHING;
  const standing = standingOf(workspace);
  if (!standing.ok || standing.value.kind === "unbound") return NOTHING;
  const { head } = standing.value;
  const spawn = spawnOf(memory, agent, event.prompt);
  const notes: MemoryNote[] = [
    { note: "agent", agent, ...(spawn.found === undefined ? {} : { call: spawn.found.call }) },
  ];
  const assigned = `assigned:${agent}`;
  if (memory.told.has(assigned)) return { reply: {}, notes };
  const own = agentSession(workspace.actor.session, agent);
  const held = head.inHand.top.find((task) => task.session === own || isHeldBySpawn(task.fence, spawn.found));
  if (held !== undefined) {
    if (hook.rewritesPrompts && spawn.found?.task !== undefined) return { reply: {}, notes };
    const { id, title, fence } = held;
    const context = renderAssignment({ id, title, plan: head.slug, fence });
    return { reply: { context }, notes: [...notes, { note: "told", what: assigned }] };
  }
  const unknown = hook.rewritesPrompts ? undefined : spawn.found?.unknown;
  const missed = `missed:${agent}`;
  const lines = [
    // Which task is its own will be said with its prompt, or was.
    ...(event.type === "prompt-submitted" || spawn.isOpen ? [] : [renderBystander(head.slug, head.title)]),
    ...(unknown === undefined || memory.told.has(missed) ? [] : [renderUnknownTask(unknown, "agent")]),
  ];
  if (lines.length === 0) return { reply: {}, notes };
  const told: readonly MemoryNote[] = unknown === undefined ? [] : [{ note: "told", what: missed }];
  return { reply: { context: lines.join("\n") }, notes: [...notes, ...told] };
}

const isHeldBySpawn = (fence: string, spawn: Spawn | undefined): boolean => spawn?.fence === fence;

/**
 * The spawn that a subagent came of, where that can be told: by what it was asked, or because only one call still waits
 * for its agent; its own is among those. `isOpen` where several wait, one of them with a task.
 */
function spawnOf(
  memory: SessionMemory,
  agent: string,
  prompt: string | undefined,
): { readonly found?: Spawn; readonly isOpen: boolean } {
  const known = memory.agents.get(agent);
  const spawn = known === undefined ? undefined : memory.spawns.get(known);
  if (spawn !== undefined) return { found: spawn, isOpen: false };
  const taken = new Set(memory.agents.values());
  const pending = [...memory.spawns.values()].filter(({ call }) => !taken.has(call));
  const named = prompt === undefined ? undefined : taskNamedIn(prompt)?.task.toLowerCase();
  const isNamed = ({ task, unknown }: Spawn): boolean => (task ?? unknown?.task)?.toLowerCase() === named;
  const meant = named === undefined ? undefined : pending.find(isNamed);
  const found = meant ?? (pending.length === 1 ? pending[0] : undefined);
  return found === undefined ? { isOpen: pending.some(({ task }) => task !== undefined) } : { found, isOpen: false };
}

/** A subagent ends: where it is known which call it came of, its attempt ends with it. */
export async function answerAgentEnd(hook: Hook<HostEventOf<"subagent-finished">>): Promise<Answer> {
  const { event, memory, workspace } = hook;
  const { agent, lastMessage } = event;
  if (agent === undefined) return NOTHING;
  const call = memory.agents.get(agent);
  const spawn = call === undefined ? undefined : memory.spawns.get(call);
  const isReview = [...memory.spawns.values()].some(({ review }) => review !== undefined);
  const last = (lastMessage ?? "").slice(isReview ? -LONGEST_REVIEW : -LONGEST_KEPT);
  if (spawn === undefined) return { reply: {}, notes: [{ note: "agent-ended", agent, last }] };
  return {
    reply: {},
    notes: [{ note: "agent-ended", agent, last }, ...(await endSaying(workspace, spawn, lastMessage ?? "")).notes],
  };
}

const LONGEST_KEPT = 2_000;
/** A review is longer than a result, and one that is cut is none. */
const LONGEST_REVIEW = 20_000;

/** The call that started a subagent has returned: with its result, or, in the background, with its id. */
export async function answerSpawned(hook: Hook<HostEventOf<"tool-finished">>): Promise<Answer> {
  const { event, memory, workspace } = hook;
  const { callId, agent, isBackground = false, result } = event.tool;
  const spawn = callId === undefined ? undefined : memory.spawns.get(callId);
  const outcome = callId === undefined ? undefined : memory.outcomes.get(callId);
  if (outcome !== undefined) return { reply: { context: outcome }, notes: [] };
  if (spawn === undefined) return NOTHING;
  // Where several were started at once it is told only here whose call it was, and so whose files.
  if (agent !== undefined) {
    noteEdit(workspace.place.planning, { session: workspace.actor.session, agent, call: spawn.call });
  }
  if (isBackground && event.outcome !== "failed") {
    if (agent === undefined) return NOTHING;
    const ended = memory.ended.get(agent);
    const notes: MemoryNote[] = [{ note: "agent", agent, call: spawn.call }];
    if (ended === undefined) return { reply: {}, notes };
    const { notes: more } = await endSaying(workspace, spawn, ended);
    return { reply: {}, notes: [...notes, { note: "agent-ended", agent, last: ended }, ...more] };
  }
  const said = result ?? (agent === undefined ? undefined : memory.ended.get(agent));
  if (event.outcome === "failed" && spawn.review === undefined) {
    return end(workspace, spawn, { end: "failed", why: "its agent could not be run", crashed: true });
  }
  if (event.outcome === "unknown" && said === undefined) return giveBack(workspace, spawn);
  // Its end is told by an event of its own, which is still on its way: silence would be taken for a crash.
  if (said === undefined && agent !== undefined && memory.agents.has(agent)) {
    return { reply: {}, notes: [{ note: "agent", agent, call: spawn.call }] };
  }
  return endSaying(workspace, spawn, said);
}

/** As `end`, by what a subagent said last: of a reviewer its review, of any other how its task went. */
async function endSaying(workspace: Workspace, spawn: Spawn, said: string | undefined): Promise<Answer> {
  if (spawn.review === undefined) return end(workspace, spawn, resultIn(said?.slice(-LONGEST_KEPT)));
  const { endReview } = await import("./answer-review.ts");
  return endReview(workspace, spawn, said);
}

/** Closes the attempt of a spawn; what the subagent has reported itself stands. */
async function end(workspace: Workspace, spawn: Spawn, result: AgentResult): Promise<Answer> {
  const { task, fence, plan, call } = spawn;
  if (task === undefined || fence === undefined || plan === undefined) {
    return { reply: {}, notes: [{ note: "spawn-ended", call }] };
  }
  const closed = await asAgent(workspace, call, plan, async (store) => {
    const held = taskById(store.state, task);
    if (held?.claim?.fence !== fence) return held === undefined ? undefined : { status: held.status, isOwn: false };
    const done = await performOn(store, await withFiles(store, commandOf(task, fence, result)));
    const status = taskById(store.state, task)?.status;
    return done.ok && status !== undefined ? { status, isOwn: true } : undefined;
  });
  if (closed === undefined) return { reply: {}, notes: [{ note: "spawn-ended", call }] };
  const how = `Holdfast: ${task} ${describeEnd(closed, result)}.`;
  return { reply: { context: how }, notes: [{ note: "spawn-ended", call, how }] };
}

/** What became of a task as its agent ended, whether or not that was the agent's doing. */
function describeEnd({ status, isOwn }: { readonly status: TaskStatus; readonly isOwn: boolean }, result: AgentResult) {
  if (status === "implemented") return "is implemented; look at it before you call it done";
  if (!isOwn || result.end === "implemented") return `is ${status.replace("_", " ")}`;
  // A crash is no verdict on the task: it is offered again, so often.
  if (status === "todo") return `has failed: ${result.why}; it may be tried again`;
  return `is ${status}: ${result.why}`;
}

/** Work that is there, with the files that it changed. */
async function withFiles({ workspace, state }: PlanStore, command: PlanCommand): Promise<PlanCommand> {
  const task = command.type === "implement-task" ? taskById(state, command.id) : undefined;
  if (command.type !== "implement-task" || task === undefined) return command;
  const changed = await (await import("../attempts/attempt-diff.ts")).changedBy(workspace, state, task);
  return changed === undefined ? command : { ...command, changed };
}

function commandOf(id: string, fence: string, result: AgentResult): PlanCommand {
  switch (result.end) {
    case "implemented":
      return { type: "implement-task", id, fence, ...(result.note === undefined ? {} : { note: result.note }) };
    case "blocked":
      return {
        type: "block-task",
        id,
        fence,
        tried: result.said,
        why: result.why,
        resolve: "see what its agent reported, settle it, then unblock the task",
      };
    case "failed":
      return { type: "fail-task", id, fence, why: result.why, ...(result.crashed ? { crashed: true } : {}) };
    default:
      return result satisfies never;
  }
}

/** Lets go of a task whose subagent never came, or was cut short. */
async function giveBack(workspace: Workspace, spawn: Spawn): Promise<Answer> {
  if (spawn.review !== undefined) return endSaying(workspace, spawn, undefined);
  const { task, fence, plan, call } = spawn;
  if (task !== undefined && fence !== undefined && plan !== undefined) {
    await asAgent(workspace, call, plan, async (store) => {
      if (taskById(store.state, task)?.claim?.fence !== fence) return;
      await performOn(store, { type: "release-task", id: task, fence, note: "its agent did not come to an end" });
    });
  }
  return { reply: {}, notes: [{ note: "spawn-ended", call }] };
}

/** When a conversation is over, or begins anew in another process: none of its subagents runs any more. */
export async function endSpawns(
  workspace: Workspace,
  memory: SessionMemory,
  why: string,
): Promise<readonly MemoryNote[]> {
  const notes: MemoryNote[] = [];
  for (const spawn of memory.spawns.values()) {
    if (spawn.review !== undefined) notes.push(...(await giveBack(workspace, spawn)).notes);
    if (spawn.task === undefined) continue;
    notes.push(...(await end(workspace, spawn, { end: "failed", why, crashed: true })).notes);
  }
  return notes;
}

/** At the end of a turn in which nothing runs any more: tasks of subagents that never came, or whose end was not told. */
export async function settleSpawns(workspace: Workspace, memory: SessionMemory): Promise<readonly MemoryNote[]> {
  const isRunning = (call: string): boolean => [...memory.agents.values()].includes(call);
  const notes: MemoryNote[] = [];
  for (const spawn of memory.spawns.values()) {
    if (isRunning(spawn.call)) continue;
    notes.push(...(await giveBack(workspace, spawn)).notes);
  }
  return notes;
}
