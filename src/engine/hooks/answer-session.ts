import { glanceAt } from "../sessions/glance.ts";
import { judgeRoute, renderRoute, speaksOf } from "../../context/route.ts";
import { isPlanning, type Mode } from "../../continuation/mode.ts";
import { fingerprint } from "../../workspace/fingerprint.ts";
import { standingOf as standingIn } from "../../workspace/standings.ts";
import {
  fitLines,
  renderForSummary,
  renderFull,
  renderMoved,
  renderStart,
  renderUnbound,
  type Surroundings,
} from "../../context/session-texts.ts";
import { isSelectable } from "../../workspace/resolve-plan.ts";
import { bindingOf, COLLECT_GRACE_MS, deadBindings } from "../../workspace/sessions.ts";
import { clearedFile } from "./cleared-file.ts";
import { grantLine, notePrompt } from "../continuation/continuation.ts";
import { goalLine } from "../goals/goals.ts";
import { headOfPlan } from "../plans/head-of-plan.ts";
import { todosIn } from "./host-todos.ts";
import { readPlan } from "../plans/read-plan.ts";
import { bindSession, collectSessions } from "../sessions/sessions.ts";
import { NOTHING, type Answer, type Hook, type HostEventOf } from "./host-hook.ts";
import { standingOf, type Standing } from "./host-standing.ts";
import type { MemoryNote } from "./memory-note.ts";
import { answerDoubtful } from "./unheard-prompt.ts";
import { FULL, hasTaskSpawns, noteBegun, noteSeen, UNBOUND } from "./session-memory.ts";
import type { Workspace } from "../workspace.ts";

type Bound = Extract<Standing, { readonly kind: "bound" }>;
type Unbound = Extract<Standing, { readonly kind: "unbound" }>;

/** At a conversation's beginning, and after its compaction: all that it has to know of its plan. */
export async function answerStart(hook: Hook<HostEventOf<"session-started">>): Promise<Answer> {
  const { workspace, event } = hook;
  // Git looks around while the plan is looked up.
  const glance = glanceAt(event.cwd);
  const ended = await endLeftBehind(hook);
  await takeUpAgain(hook);
  const standing = mustKnow(hook);
  const at = workspace.now();
  if (standing.kind === "unbound") {
    return aboutOpen(hook, standing, [...ended, ...noteBegun(hook.memory, event.source, at)], true);
  }
  return tellAll(hook, standing, await glance, [
    ...ended,
    ...(hook.memory.left === undefined ? [] : [{ note: "taken-up" as const }]),
    ...noteBegun(hook.memory, event.source, at, standing.head),
  ]);
}

/** A host that was killed told of no end: where its conversation is taken up again, none of its subagents runs any more. */
async function endLeftBehind({ event, workspace, memory }: Hook<HostEventOf<"session-started">>) {
  if (event.source !== "resume" || event.agent !== undefined || !hasTaskSpawns(memory)) return [];
  const { endSpawns } = await import("./answer-subagent.ts");
  return endSpawns(workspace, memory, "its host ended without a word");
}

/**
 * A conversation that is resumed, or that follows one that was cleared, is bound as that was when it ended, unless
 * somebody else writes the plan now. Bindings of sessions that have been silent for days go.
 */
async function takeUpAgain({ event, workspace, memory }: Hook<HostEventOf<"session-started">>): Promise<void> {
  const facts = workspace.facts();
  if (!facts.ok) return;
  const { state } = facts.value;
  if (deadBindings(state, workspace.now(), workspace.alive, COLLECT_GRACE_MS).length > 0) {
    await collectSessions(workspace, COLLECT_GRACE_MS);
  }
  if (bindingOf(state, workspace.actor.session) !== undefined) return;
  const isCleared = event.source === "clear" && event.id !== undefined;
  const left = isCleared ? clearedFile(workspace, event.id).read().left : memory.left;
  if (left === undefined || (event.source !== "resume" && !isCleared)) return;
  const head = headOfPlan(workspace, left.plan);
  if (head === undefined || !isSelectable(head)) return;
  await bindSession(
    workspace,
    { plan: left.plan, repos: readPlan(workspace, left.plan)?.repos ?? [] },
    { role: left.role },
  );
}

function tellAll(
  hook: Hook,
  standing: Bound,
  glance: Omit<Surroundings, "folder">,
  notes: readonly MemoryNote[],
): Answer {
  const { workspace, event, limits } = hook;
  const { head, role } = standing;
  const { session } = workspace.actor;
  const goOn = grantLine(workspace, session);
  const mode = modeOf(workspace, head.slug);
  const around = {
    folder: event.cwd,
    ...glance,
    ...(goOn === undefined ? {} : { goOn }),
    ...(mode === undefined ? {} : { more: [`Mode: ${describeMode(mode)}`] }),
  };
  const context = renderStart(head, { session, role }, around, limits);
  return {
    reply: context === "" ? {} : { context },
    notes: [...notes, noteSeen(head)],
  };
}

/** A session that is on no plan hears of the plans that are open, once, and of its goal, whenever that is another. */
function aboutOpen(hook: Hook, { open }: Unbound, notes: readonly MemoryNote[], isNew: boolean): Answer {
  const { workspace, memory, limits } = hook;
  const goal = goalLine(workspace, workspace.actor.session, { isNew });
  const goalMark = `goal:${fingerprint(goal ?? "")}`;
  const isGoalNews = goal !== undefined && (isNew || !memory.told.has(goalMark));
  const plans = isNew || !memory.told.has(UNBOUND) ? renderUnbound(open) : "";
  const planning = isNew ? planningMode(workspace) : undefined;
  const context = fitLines([planning ?? "", isGoalNews ? goal : "", plans], limits);
  return {
    reply: context === "" ? {} : { context },
    notes: [
      ...notes,
      ...(plans === "" ? [] : [{ note: "told" as const, what: UNBOUND }]),
      ...(isGoalNews ? [{ note: "told" as const, what: goalMark }] : []),
    ],
  };
}

/** What the session is at, as its person said. */
function modeOf(workspace: Workspace, plan?: string): Mode | undefined {
  const facts = workspace.facts();
  if (!facts.ok || facts.value.state.standings.size === 0) return undefined;
  return standingIn(facts.value.state, workspace.actor.session, plan).mode;
}

const describeMode = (mode: Mode): string =>
  isPlanning(mode) ? `${mode} (the plan is being talked over: do not implement anything)` : mode;

/** A plan that is being made has no session yet; what its conversation is at has to outlive a compaction all the same. */
function planningMode(workspace: Workspace): string | undefined {
  const mode = modeOf(workspace);
  return mode !== undefined && isPlanning(mode) ? `Holdfast: mode ${describeMode(mode)}.` : undefined;
}

/** From here on a conversation should be made ready to lose. */
const MOSTLY_FULL = 0.6;

/** With a prompt: what it means for going on, and what others changed since the model last saw the plan. */
export async function answerPrompt(hook: Hook<HostEventOf<"prompt-submitted">>): Promise<Answer> {
  const notice = await hear(hook);
  const answer = await tellNews(hook);
  return notice === undefined ? answer : { ...answer, reply: { ...answer.reply, notice } };
}

/** What a prompt means for going on; what its person is told of that. */
async function hear(hook: Hook<HostEventOf<"prompt-submitted">>): Promise<string | undefined> {
  const { workspace, event, memory } = hook;
  if (memory.scheduled.has(fingerprint(event.prompt.trim()))) return undefined;
  if (!hook.isTrusted) return answerDoubtful(hook);
  const { session } = workspace.actor;
  const noted = await notePrompt(workspace, { session, text: event.prompt, by: event.by, ...todosIn(memory) });
  return noted.ok ? noted.value.notice : undefined;
}

async function tellNews(hook: Hook<HostEventOf<"prompt-submitted">>): Promise<Answer> {
  const { event, workspace, memory, limits } = hook;
  const standing = mustKnow(hook);
  if (standing.kind === "unbound") return aboutOpen(hook, standing, [], false);
  const { head } = standing;
  const { saw } = memory;
  if (saw?.plan !== head.slug) return tellAll(hook, standing, await glanceAt(event.cwd), []);
  const moved = renderMoved(head, saw.revision, workspace.actor.session, limits);
  const use = event.contextUse ?? memory.contextUse ?? 0;
  const isFull = use >= MOSTLY_FULL && !memory.told.has(FULL);
  const route = routeOf(hook, standing);
  const context = fitLines([moved, isFull ? renderFull(use) : "", route ?? ""], limits);
  return {
    reply: context === "" ? {} : { context },
    notes: [
      ...(saw.revision === head.revision ? [] : [noteSeen(head)]),
      ...(isFull ? [{ note: "told" as const, what: FULL }] : []),
      ...(route === undefined ? [] : [{ note: "told" as const, what: `${ROUTE}${event.id ?? fingerprint(route)}` }]),
    ],
  };
}

/** A few times in a conversation a prompt's foreignness is pointed out; then its person knows what they do. */
const ROUTE = "route:";
const MOST_ROUTES = 3;

function routeOf(hook: Hook<HostEventOf<"prompt-submitted">>, { head, role }: Bound): string | undefined {
  const { event, workspace, memory } = hook;
  if (event.by !== "person" || role === "observer") return undefined;
  if ([...memory.told].filter((what) => what.startsWith(ROUTE)).length >= MOST_ROUTES) return undefined;
  const evidence = judgeRoute(event.prompt, head, { files: [...memory.touched, ...memory.changed] });
  if (evidence === undefined) return undefined;
  const state = readPlan(workspace, head.slug);
  return state !== undefined && speaksOf(state, event.prompt, evidence) ? undefined : renderRoute(evidence, head);
}

/** Before a compaction: what the summary must not lose. */
export function answerCompaction(hook: Hook<HostEventOf<"compacting">>): Answer {
  const { workspace, limits } = hook;
  const standing = mustKnow(hook);
  if (standing.kind === "unbound") {
    const planning = planningMode(workspace);
    return planning === undefined ? NOTHING : { reply: { context: planning }, notes: [] };
  }
  const reader = { session: workspace.actor.session, role: standing.role };
  const mode = modeOf(workspace, standing.head.slug);
  const said = mode === undefined ? undefined : describeMode(mode);
  return { reply: { context: renderForSummary(standing.head, reader, said, limits) }, notes: [] };
}

/** How the session stands; where that cannot be read nothing is said, and the receipt says why. */
function mustKnow({ workspace }: Hook): Standing {
  const standing = standingOf(workspace);
  if (!standing.ok) throw new Error(standing.refusal.message);
  return standing.value;
}
