import type { Grant } from "../../continuation/grant.ts";
import { asksToGoOn, asksToStop, holdfastCommand } from "../../continuation/phrases.ts";
import { isOwnPrompt } from "../../continuation/prompts.ts";
import { standingOf } from "../../workspace/standings.ts";
import { isHeadless } from "../../workspace/headless.ts";
import { stopGoingOn } from "../continuation/grants.ts";
import { standingOf as planStandingOf } from "./host-standing.ts";
import { NOTHING, type Answer, type Hook, type HostEventOf } from "./host-hook.ts";
import { saysAnything } from "../continuation/prompt-events.ts";
import type { MemoryNote } from "./memory-note.ts";
import { MOST_HANDLED, type SessionMemory } from "./session-memory.ts";
import type { Workspace } from "../workspace.ts";

/**
 * A host may run a turn whose prompt none of its hooks brought here, while they were not ready. Where its words, which
 * anybody could have written by now, mean something for going on, the person is told to say them again; a stop holds at
 * once, since that is open to all.
 */
export async function answerUnheard(hook: Hook<HostEventOf<"turn-ended">>): Promise<Answer> {
  const { workspace, typed } = hook;
  const promptId = unheardPrompt(hook);
  const grant = typed === undefined ? undefined : liveGrant(workspace);
  const since = grant?.at;
  const during = typed === undefined ? undefined : turnToRead(hook, grant);
  if (typed === undefined || (promptId ?? since ?? during) === undefined) return NOTHING;
  const query = {
    ...(promptId === undefined ? {} : { promptId }),
    ...(since === undefined ? {} : { since }),
    ...(during === undefined ? {} : { during }),
  };
  const { prompt, queued, during: delivered } = typed(query);
  // What is typed while a turn runs goes to the model at once, and no hook brings it here.
  if (queued.some((text) => !isOwnPrompt(text) && isStop(text))) {
    return stop(workspace, "the person said so while a turn ran", []);
  }
  if (during !== undefined && delivered.some(isYes)) {
    return { reply: { notice: NO_EARS }, notes: [{ note: "told", what: inTurn(during) }] };
  }
  if (promptId === undefined || prompt === undefined || isOwnPrompt(prompt)) return NOTHING;
  const notes: readonly MemoryNote[] = [{ note: "told", what: unheard(promptId) }];
  if (isStop(prompt)) {
    if (since === undefined) return NOTHING;
    return stop(workspace, "the person said so, while hooks were not ready", notes);
  }
  if (!saysAnything(prompt)) return NOTHING;
  return { reply: { notice: SAY_AGAIN }, notes };
}

/**
 * A prompt that may be a person's and may be an agent's, by the way it came. A stop holds, since that is open to all; of
 * what a person alone may allow they are told how to say it so that it counts.
 */
export async function answerDoubtful(hook: Hook<HostEventOf<"prompt-submitted">>): Promise<string | undefined> {
  const { event, workspace } = hook;
  const { session } = workspace.actor;
  const text = event.prompt;
  if (event.by !== "person" || event.agent !== undefined || isOwnPrompt(text)) return undefined;
  if (isStop(text)) {
    const facts = workspace.facts();
    const own = facts.ok ? facts.value.state.standings.get(session) : undefined;
    const isGoing = own?.stopped === undefined && (own?.grant !== undefined || liveGrant(workspace) !== undefined);
    return isGoing ? (await stop(workspace, "said in the conversation", [])).reply.notice : undefined;
  }
  const command = holdfastCommand(text);
  const saysYes = command === undefined && /\b(?:proceed|go ahead)\b/i.test(text) && asksToGoOn(text);
  const isYes = command === "proceed" || (saysYes && isOnPlan(workspace));
  if (!isYes || (await isHeadless(workspace.caller.env))) return undefined;
  return `Holdfast cannot tell here whether a person said that, so it allows nothing. In a terminal: holdfast proceed --session ${session}`;
}

function isOnPlan(workspace: Workspace): boolean {
  const standing = planStandingOf(workspace);
  return standing.ok && standing.value.kind === "bound" && standing.value.role !== "observer";
}

const isStop = (text: string): boolean => asksToStop(text) || holdfastCommand(text) === "stop";

const isYes = (text: string): boolean => asksToGoOn(text) || holdfastCommand(text) === "proceed";

/** The turn in the middle of which a yes may have been typed, where one would mean something and nothing goes on by itself. */
function turnToRead(
  { workspace, event, memory, isTrusted }: Hook<HostEventOf<"turn-ended">>,
  grant: Grant | undefined,
): string | undefined {
  const { promptId } = event;
  if (promptId === undefined || !isTrusted || memory.told.has(inTurn(promptId))) return undefined;
  if (grant !== undefined && grant.paused === undefined) return undefined;
  return isOnPlan(workspace) ? promptId : undefined;
}

/** The prompt of the turn, where no hook told of it and the host itself says which it was. */
function unheardPrompt({ event, memory, isTrusted }: Hook<HostEventOf<"turn-ended">>): string | undefined {
  const { promptId } = event;
  return promptId === undefined || !isTrusted || isHeard(memory, promptId) ? undefined : promptId;
}

async function stop(workspace: Workspace, why: string, notes: readonly MemoryNote[]): Promise<Answer> {
  const stopped = await stopGoingOn(workspace, undefined, why);
  if (!stopped.ok) throw new Error(stopped.refusal.message);
  const { session } = workspace.actor;
  return { reply: { notice: `Holdfast sends ${session} back to work no more, until you say proceed.` }, notes };
}

const SAY_AGAIN = "Holdfast did not hear you say that, so it allows nothing: say it again to let the agent go on.";

const NO_EARS =
  "Holdfast cannot hear what is typed while a turn runs, so it allows nothing by that: say it again to let the agent go on.";

const inTurn = (promptId: string): string => `in-turn:${promptId.slice(0, 100)}`;

const unheard = (promptId: string): string => `unheard:${promptId.slice(0, 100)}`;

/** Where so much has happened since that it may have been forgotten, it counts as heard. */
function isHeard({ handled, told }: SessionMemory, promptId: string): boolean {
  if (handled.size >= MOST_HANDLED || told.has(unheard(promptId))) return true;
  const start = `prompt-submitted::${promptId.slice(0, 100)}:`;
  for (const id of handled.keys()) if (id.startsWith(start)) return true;
  return false;
}

/** What the session may still go on by. */
function liveGrant(workspace: Workspace): Grant | undefined {
  const facts = workspace.facts();
  if (!facts.ok) return undefined;
  const { grant, stopped } = standingOf(facts.value.state, workspace.actor.session);
  return stopped === undefined ? grant : undefined;
}
