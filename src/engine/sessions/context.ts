import { renderDelta, renderHotContext, type HotContext } from "../../context/hot-context.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import { standingIn } from "../continuation/grants.ts";
import type { Workspace } from "../workspace.ts";

export interface ContextRequest {
  readonly tokens?: number;
  readonly bytes?: number;
  /** Only what others changed since this revision. */
  readonly since?: number;
}

export interface PlanContext extends HotContext {
  readonly plan: string;
}

/** The block that a model gets about a plan, as the caller's session should see it; the settings bound it. */
export async function readContext(
  workspace: Workspace,
  plan: string | undefined,
  { tokens, bytes, since }: ContextRequest = {},
): Promise<Result<PlanContext>> {
  const store = workspace.plan(plan, { isReading: true });
  if (!store.ok) return store;
  const { slug, state } = store.value;
  store.value.close();
  const { actor, place, settings } = workspace;
  const author = await workspace.author(slug);
  if (!author.ok) return author;
  // A shell without a session is many readers: what is whose cannot be told.
  const reader = actor.source === "shell" ? {} : { session: actor.session, role: author.value.role };
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { mode } = standingIn(workspace, facts.value.state, slug);
  const options = {
    ...reader,
    ...(mode === undefined ? {} : { mode }),
    folder: `${place.folder}/${slug}`,
    budget: { tokens: tokens ?? settings.contextBudgetTokens, bytes: bytes ?? settings.contextMaxBytes },
  };
  const hot = since === undefined ? renderHotContext(state, options) : renderDelta(state, since, options);
  return ok({ ...hot, plan: slug });
}
