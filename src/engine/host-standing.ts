import type { Role } from "../plan/record.ts";
import { ok, type Result } from "../plan/refusal.ts";
import { isSelectable } from "../workspace/resolve-plan.ts";
import { bindingOf, roleIn } from "../workspace/sessions.ts";
import { headOfPlan } from "./head-of-plan.ts";
import type { HeadFile } from "./head-file.ts";
import type { Workspace } from "./workspace.ts";

/** How a session stands to the plans of its workspace. */
export type Standing =
  | { readonly kind: "bound"; readonly head: HeadFile; readonly role: Role }
  /** Plans are open here, and the session is on none of them. */
  | { readonly kind: "unbound"; readonly open: readonly HeadFile[] };

/**
 * The plan that somebody meant for this session: a pin, its binding, or a task that it holds. The workspace's default
 * and what was worked on last are no such thing.
 */
export function standingOf(workspace: Workspace): Result<Standing> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { actor } = workspace;
  const { state } = facts.value;
  const pin = workspace.caller.env["HOLDFAST_PLAN"];
  const named = pin === undefined || pin === "" ? bindingOf(state, actor.session)?.plan : pinned(workspace, pin);
  const bound = (head: HeadFile): Standing => ({
    kind: "bound",
    head,
    role: roleIn(state, head.slug, actor, workspace.now(), workspace.alive),
  });
  const meant = named === undefined ? undefined : headOfPlan(workspace, named);
  if (meant !== undefined) return ok(bound(meant));
  const heads = workspace.slugs().flatMap((slug) => headOfPlan(workspace, slug) ?? []);
  const held = heads.find(({ inHand }) => inHand.top.some(({ session }) => session === actor.session));
  if (held !== undefined) return ok(bound(held));
  const open = heads
    .filter((head) => isSelectable(head))
    .sort((a, b) => rank(a, state.defaultPlan) - rank(b, state.defaultPlan) || b.updatedAt - a.updatedAt);
  return ok({ kind: "unbound", open });
}

const rank = ({ slug }: HeadFile, standard: string | undefined): number => (slug === standard ? 0 : 1);

function pinned(workspace: Workspace, pin: string): string | undefined {
  const choice = workspace.choose(undefined);
  return choice.ok && choice.value.source === "pin" ? choice.value.slug : workspace.slugs().find((it) => it === pin);
}
