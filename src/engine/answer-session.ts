import { locateGit, readBranch } from "../workspace/git-layout.ts";
import { glanceAtGit } from "../workspace/git-glance.ts";
import {
  renderForSummary,
  renderFull,
  renderMoved,
  renderStart,
  renderUnbound,
  type Surroundings,
} from "../context/session-texts.ts";
import { NOTHING, type Answer, type Hook, type HostEventOf } from "./host-hook.ts";
import { standingOf, type Standing } from "./host-standing.ts";
import type { MemoryNote } from "./session-memory.ts";

type Bound = Extract<Standing, { readonly kind: "bound" }>;

/** At a conversation's beginning, and after its compaction: all that it has to know of its plan. */
export async function answerStart(hook: Hook<HostEventOf<"session-started">>): Promise<Answer> {
  const { workspace, event } = hook;
  // Git looks around while the plan is looked up.
  const glance = glanceAt(event.cwd);
  const standing = mustKnow(hook);
  const at = workspace.now();
  if (standing.kind === "unbound") return aboutOpen(standing, [{ note: "began", at }]);
  const { slug: plan, revision } = standing.head;
  const isAnew = hook.event.source !== "compact" && hook.event.source !== "resume";
  const begun = isAnew || hook.memory.began === undefined ? [{ note: "began" as const, at, plan, revision }] : [];
  return tellAll(hook, standing, await glance, begun);
}

async function glanceAt(folder: string): Promise<Omit<Surroundings, "folder">> {
  const git = locateGit(folder);
  if (git === undefined) return { commits: [] };
  const branch = readBranch(git);
  return { ...(branch === undefined ? {} : { branch }), ...(await glanceAtGit(folder)) };
}

function tellAll(
  hook: Hook,
  standing: Bound,
  glance: Omit<Surroundings, "folder">,
  notes: readonly MemoryNote[],
): Answer {
  const { workspace, event, limits } = hook;
  const { head, role } = standing;
  const reader = { session: workspace.actor.session, role };
  const context = renderStart(head, reader, { folder: event.cwd, ...glance }, limits);
  return {
    reply: context === "" ? {} : { context },
    notes: [...notes, { note: "saw", plan: head.slug, revision: head.revision }],
  };
}

function aboutOpen({ open }: Extract<Standing, { kind: "unbound" }>, notes: readonly MemoryNote[]): Answer {
  const context = renderUnbound(open);
  if (context === "") return { reply: {}, notes };
  return { reply: { context }, notes: [...notes, { note: "told", what: UNBOUND }] };
}

/** Things that are said once in a conversation. */
const UNBOUND = "unbound";
const FULL = "full";

/** From here on a conversation should be made ready to lose. */
const MOSTLY_FULL = 0.6;

/** With a prompt: what others changed since the model last saw the plan. */
export async function answerPrompt(hook: Hook<HostEventOf<"prompt-submitted">>): Promise<Answer> {
  const { event, workspace, memory, limits } = hook;
  const standing = mustKnow(hook);
  if (standing.kind === "unbound") return memory.told.has(UNBOUND) ? NOTHING : aboutOpen(standing, []);
  const { head } = standing;
  const { saw } = memory;
  if (saw?.plan !== head.slug) return tellAll(hook, standing, await glanceAt(event.cwd), []);
  const moved = renderMoved(head, saw.revision, workspace.actor.session, limits);
  const use = event.contextUse ?? memory.contextUse ?? 0;
  const isFull = use >= MOSTLY_FULL && !memory.told.has(FULL);
  const parts = [moved, isFull ? renderFull(use) : ""].filter((part) => part !== "");
  return {
    reply: parts.length === 0 ? {} : { context: parts.join("\n") },
    notes: [
      ...(saw.revision === head.revision ? [] : [{ note: "saw" as const, plan: head.slug, revision: head.revision }]),
      ...(isFull ? [{ note: "told" as const, what: FULL }] : []),
    ],
  };
}

/** Before a compaction: what the summary must not lose. */
export function answerCompaction(hook: Hook<HostEventOf<"compacting">>): Answer {
  const { workspace, limits } = hook;
  const standing = mustKnow(hook);
  if (standing.kind === "unbound") return NOTHING;
  const reader = { session: workspace.actor.session, role: standing.role };
  return { reply: { context: renderForSummary(standing.head, reader, undefined, limits) }, notes: [] };
}

/** How the session stands; where that cannot be read nothing is said, and the receipt says why. */
function mustKnow({ workspace }: Hook): Standing {
  const standing = standingOf(workspace);
  if (!standing.ok) throw new Error(standing.refusal.message);
  return standing.value;
}
