import { asksToStop, holdfastCommand } from "../../continuation/phrases.ts";
import { isOwnPrompt } from "../../continuation/prompts.ts";
import { standingOf } from "../../workspace/standings.ts";
import { stopGoingOn } from "../continuation/grants.ts";
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
  const { workspace, event, memory, isTrusted, promptOf } = hook;
  const { promptId } = event;
  if (promptId === undefined || promptOf === undefined || !isTrusted || isHeard(memory, promptId)) return NOTHING;
  const text = promptOf(promptId);
  if (text === undefined || isOwnPrompt(text)) return NOTHING;
  const notes: readonly MemoryNote[] = [{ note: "told", what: unheard(promptId) }];
  if (asksToStop(text) || holdfastCommand(text) === "stop") {
    if (!isGranted(workspace)) return NOTHING;
    const stopped = await stopGoingOn(workspace, undefined, "the person said so, while hooks were not ready");
    if (!stopped.ok) throw new Error(stopped.refusal.message);
    const { session } = workspace.actor;
    return { reply: { notice: `Holdfast sends ${session} back to work no more, until you say proceed.` }, notes };
  }
  if (!saysAnything(text)) return NOTHING;
  return { reply: { notice: SAY_AGAIN }, notes };
}

const SAY_AGAIN = "Holdfast did not hear you say that, so it allows nothing: say it again to let the agent go on.";

const unheard = (promptId: string): string => `unheard:${promptId.slice(0, 100)}`;

/** Where so much has happened since that it may have been forgotten, it counts as heard. */
function isHeard({ handled, told }: SessionMemory, promptId: string): boolean {
  if (handled.size >= MOST_HANDLED || told.has(unheard(promptId))) return true;
  const start = `prompt-submitted::${promptId.slice(0, 100)}:`;
  for (const id of handled.keys()) if (id.startsWith(start)) return true;
  return false;
}

function isGranted(workspace: Workspace): boolean {
  const facts = workspace.facts();
  if (!facts.ok) return false;
  const { grant, stopped } = standingOf(facts.value.state, workspace.actor.session);
  return grant !== undefined && stopped === undefined;
}
