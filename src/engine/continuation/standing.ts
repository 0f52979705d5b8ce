import type { Role } from "../../plan/record.ts";
import { isSelectable } from "../../workspace/resolve-plan.ts";
import type { WorkspaceState } from "../../workspace/facts.ts";
import { bindingOf } from "../../workspace/sessions.ts";
import type { HeadFile } from "../plans/fresh-head.ts";

/** How a session stands to the plans of its workspace. */
export type Standing =
  | { readonly kind: "bound"; readonly head: HeadFile; readonly role: Role }
  /** Plans are open here, and the session is on none of them. In a plan's own worktree only that one is told of. */
  | { readonly kind: "unbound"; readonly open: readonly HeadFile[] };

/** What has to be known to tell how a session stands. */
export interface Outlook {
  readonly state: WorkspaceState;
  readonly session: string;
  /** The plan that a pin names. */
  readonly pinned?: string;
  /** The plan in whose own worktree the session stands. */
  readonly here?: string;
  readonly slugs: readonly string[];
  /** Undefined for what cannot be read. */
  readonly headOf: (slug: string) => HeadFile | undefined;
  readonly roleIn: (slug: string) => Role;
}

/**
 * The plan that somebody meant for this session: a pin, its binding, or a task that it holds. The workspace's default
 * and what was worked on last are no such thing.
 */
export function judgeStanding(outlook: Outlook): Standing {
  const { state, session, pinned, here, slugs, headOf } = outlook;
  const bound = (head: HeadFile): Standing => ({ kind: "bound", head, role: outlook.roleIn(head.slug) });
  const named = pinned ?? bindingOf(state, session)?.plan;
  const meant = named === undefined ? undefined : headOf(named);
  if (meant !== undefined) return bound(meant);
  const heads = slugs.flatMap((slug) => headOf(slug) ?? []);
  const held = heads.find(({ inHand }) => inHand.top.some((task) => task.session === session));
  if (held !== undefined) return bound(held);
  const open = heads
    .filter((head) => isSelectable(head))
    .sort((a, b) => rank(a, state.defaultPlan) - rank(b, state.defaultPlan) || b.updatedAt - a.updatedAt);
  const own = open.filter(({ slug }) => slug === here);
  return { kind: "unbound", open: own.length > 0 ? own : open };
}

const rank = ({ slug }: HeadFile, standard: string | undefined): number => (slug === standard ? 0 : 1);
