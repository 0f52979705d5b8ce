import { relative, sep } from "node:path";
import { neutralizeLine } from "../../context/neutralize.ts";
import type { PlanCommand } from "../../plan/commands.ts";
import { counted, listed } from "../../plan/counted.ts";
import type { PlanState } from "../../plan/state.ts";
import { isInside } from "../../workspace/contained-path.ts";
import { fingerprint } from "../../workspace/fingerprint.ts";
import { glanceAtGit } from "../../workspace/git-glance.ts";
import { sweepHeartbeats } from "../../workspace/heartbeat.ts";
import { locateGit } from "../../workspace/git-layout.ts";
import { bindingOf } from "../../workspace/sessions.ts";
import { endSpawns, settleSpawns } from "./answer-subagent.ts";
import { clearedFile } from "./cleared-file.ts";
import { continueTurn } from "../continuation/continuation.ts";
import { tidyEdits } from "../attempts/edit-log.ts";
import { NOTHING, type Answer, type Hook, type HostEventOf } from "./host-hook.ts";
import type { HostReply } from "./host-event.ts";
import { todosIn } from "./host-todos.ts";
import { standingOf, type Standing } from "./host-standing.ts";
import { performOn } from "../perform.ts";
import { PlanStore } from "../plans/plan-store.ts";
import { sweepMemories } from "./memory-file.ts";
import type { MemoryNote } from "./memory-note.ts";
import { releaseSession } from "../sessions/sessions.ts";
import { answerUnheard } from "./unheard-prompt.ts";
import type { Workspace } from "../workspace.ts";

type Bound = Extract<Standing, { readonly kind: "bound" }>;

/** A turn ends: what it changed is logged, what it left open is settled, and it may go on. */
export async function answerTurnEnd(hook: Hook<HostEventOf<"turn-ended">>): Promise<Answer> {
  const { event, workspace, memory } = hook;
  if (event.agent !== undefined) return NOTHING;
  const notes: MemoryNote[] = [];
  if (event.scheduled !== undefined) {
    notes.push({ note: "scheduled", prompts: event.scheduled.map((prompt) => fingerprint(prompt.trim())) });
  }
  if (event.backgroundTasks === 0) notes.push(...(await settleSpawns(workspace, memory)));
  if (memory.changed.size > 0) notes.push(...(await logChanged(hook)));
  const meter = hook.meter === undefined ? {} : { meter: hook.meter };
  const { session } = workspace.actor;
  const unheard = await answerUnheard(hook);
  notes.push(...unheard.notes);
  const turn = await continueTurn(workspace, { ...todosIn(memory), ...event, ...meter, session });
  if (!turn.ok) throw new Error(turn.refusal.message);
  const { goOn, waitMs } = turn.value;
  const notice = unheard.reply.notice ?? turn.value.notice;
  const reply: HostReply = {
    ...(goOn === undefined ? {} : { goOn }),
    ...(notice === undefined ? {} : { notice }),
    ...(waitMs === undefined ? {} : { waitMs }),
  };
  return { reply, notes };
}

/** So long after its last event nobody takes a conversation up again. */
const FORGOTTEN_MS = 30 * 24 * 3_600_000;

const SHOWN_FILES = 12;

/** The files that the turn changed, into the plan's log; by whoever may write there. */
async function logChanged(hook: Hook): Promise<readonly MemoryNote[]> {
  const { workspace, memory } = hook;
  const logged: MemoryNote = { note: "logged" };
  const standing = standingOf(workspace);
  if (!standing.ok || standing.value.kind !== "bound") return [logged];
  const files = namesOf(workspace, [...memory.changed]);
  const text = `Changed ${counted(files.length, "file")}: ${listOf(files)}`;
  await writeNote(workspace, standing.value, text, files);
  return [logged];
}

/** A writer's notes go into the plan's log, a worker's into its task's; an observer writes none. */
async function writeNote(
  workspace: Workspace,
  { head, role }: Bound,
  text: string,
  files: readonly string[],
): Promise<void> {
  if (role === "observer") return;
  const own = head.inHand.top.find(({ session }) => session === workspace.actor.session);
  if (role === "worker" && own === undefined) return;
  const command: PlanCommand =
    role === "worker" && own !== undefined
      ? { type: "log-task", id: own.id, fence: own.fence, text }
      : { type: "add-entry", kind: "log", text, files: files.slice(0, MOST_FILES) };
  const store = PlanStore.open(workspace, head.slug);
  if (!store.ok) return;
  try {
    if (store.value.tooOld === undefined) await performOn(store.value, command);
  } finally {
    store.value.close();
  }
}

const MOST_FILES = 50;

const namesOf = ({ place }: Workspace, paths: readonly string[]): readonly string[] =>
  paths.map((path) => (isInside(place.root, path) ? relative(place.root, path).split(sep).join("/") : path));

function listOf(files: readonly string[]): string {
  const shown = files.slice(0, SHOWN_FILES).map((file) => neutralizeLine(file, 120));
  return listed(shown, files.length);
}

/** A conversation ends: what came of it goes into the plan's log, and the plan is free for others. */
export async function answerSessionEnd(hook: Hook<HostEventOf<"session-ended">>): Promise<Answer> {
  const { event, workspace } = hook;
  if (event.agent !== undefined) return NOTHING;
  const { planning } = workspace.place;
  sweepMemories(planning, workspace.now(), FORGOTTEN_MS);
  sweepHeartbeats(planning, FORGOTTEN_MS, { now: workspace.now() });
  tidyEdits(planning, workspace.actor.session, workspace.now(), FORGOTTEN_MS);
  const glance = locateGit(event.cwd) === undefined ? undefined : glanceAtGit(event.cwd);
  // After clearing, what runs in the background goes on.
  const ended = event.reason === "clear" ? [] : await endSpawns(workspace, hook.memory, "its conversation ended first");
  const standing = standingOf(workspace);
  if (!standing.ok || standing.value.kind !== "bound") return { reply: {}, notes: ended };
  const summary = summarise(hook, standing.value, (await glance)?.uncommitted);
  if (summary !== undefined)
    await writeNote(workspace, standing.value, summary, namesOf(workspace, [...hook.memory.changed]));
  const notes: MemoryNote[] = [{ note: "logged" }, { note: "ended" }, ...ended, ...(await letGo(hook))];
  return { reply: summary === undefined ? {} : { notice: `Holdfast: ${summary}` }, notes };
}

/** What a conversation did, in a line; undefined where it did nothing that can be seen. */
function summarise({ memory, workspace }: Hook, { head }: Bound, uncommitted: number | undefined): string | undefined {
  const files = new Set([...memory.touched, ...memory.changed]);
  const from = memory.began?.plan === head.slug ? memory.began.revision : undefined;
  const moved = from === undefined ? [] : tasksMoved(readState(workspace, head.slug), from, workspace.actor.session);
  if (files.size === 0 && moved.length === 0) return undefined;
  return [
    `Session ended on ${head.slug}: ${counted(files.size, "file")} changed`,
    ...(moved.length === 0 ? [] : [`tasks moved: ${moved.slice(0, SHOWN_FILES).join(", ")}`]),
    ...(uncommitted === undefined ? [] : [`${counted(uncommitted, "file")} uncommitted`]),
  ].join("; ");
}

function readState(workspace: Workspace, slug: string): PlanState | undefined {
  const store = PlanStore.open(workspace, slug);
  if (!store.ok) return undefined;
  store.value.close();
  return store.value.state;
}

/** What became of tasks by a session and its subagents: the last of each. */
function tasksMoved(state: PlanState | undefined, from: number, session: string): readonly string[] {
  const moved = new Map<string, string>();
  for (const { revision, session: by, type, subject } of state?.changes ?? []) {
    const isOwn = by === session || by.startsWith(`${session}+`);
    const verb = MOVES.get(type);
    if (revision > from && isOwn && verb !== undefined && subject !== undefined) moved.set(subject, verb);
  }
  return [...moved].map(([id, verb]) => `${neutralizeLine(id, 64)} ${verb}`);
}

const MOVES: ReadonlyMap<string, string> = new Map([
  ["task.claimed", "begun"],
  ["task.implemented", "implemented"],
  ["task.done", "done"],
  ["task.blocked", "blocked"],
  ["task.failed", "failed"],
  ["task.released", "given back"],
]);

/**
 * Ends the binding, so that the next conversation need not wait for the lease; where this one is taken up again, or
 * cleared, it is bound as it was.
 */
async function letGo({ event, workspace }: Hook<HostEventOf<"session-ended">>): Promise<readonly MemoryNote[]> {
  const facts = workspace.facts();
  const binding = facts.ok ? bindingOf(facts.value.state, workspace.actor.session) : undefined;
  if (binding === undefined) return [];
  const { plan, role } = binding;
  const left: MemoryNote = { note: "left", plan, role };
  if (event.reason === "clear" && event.id !== undefined) clearedFile(workspace, event.id).add([left]);
  const released = await releaseSession(workspace);
  return released.ok ? [left] : [];
}
