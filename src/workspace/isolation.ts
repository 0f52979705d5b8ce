import { ok, type Result } from "../plan/refusal.ts";
import { effectiveCheckouts, type Checkout, type Repository, type Scope } from "./repositories.ts";

export type Isolation = "safe_shared" | "needs_worktree" | "already_isolated";

/** Whether a plan may write in its checkout of a repository beside the other plans. */
export interface RepositoryIsolation {
  readonly repo: string;
  readonly isolation: Isolation;
  readonly checkout: Checkout;
  /** Plans that are being written in the same checkout. */
  readonly conflictsWith: readonly string[];
  /** Resolves the conflict. */
  readonly command?: string;
}

export interface IsolationRequest {
  readonly root: string;
  readonly repositories: readonly Repository[];
  readonly recorded: readonly Checkout[];
  readonly plan: Scope;
  /** The other plans that somebody writes now. Whose writer is gone or stale does not belong here. */
  readonly written: readonly Scope[];
}

/** How a plan stands to the others in each of its repositories. Refuses a scope with unknown repositories. */
export const assessIsolation = (request: IsolationRequest): Result<readonly RepositoryIsolation[]> => {
  const { root, repositories, recorded, plan, written } = request;
  const own = effectiveCheckouts(root, repositories, recorded, plan);
  if (!own.ok) return own;
  const others = written.filter((other) => other.plan !== plan.plan);
  const taken = others.flatMap((other) => {
    const checkouts = effectiveCheckouts(root, repositories, recorded, other);
    // Another plan's broken scope is its own trouble, but what it does name still counts.
    if (checkouts.ok) return checkouts.value;
    const known = other.repos.filter((id) => repositories.some((repository) => repository.id === id));
    const partial =
      known.length > 0 ? effectiveCheckouts(root, repositories, recorded, { ...other, repos: known }) : ok([]);
    return partial.ok ? partial.value : [];
  });
  return ok(
    own.value.map((checkout) => {
      const { repo } = checkout;
      const rivals = taken.filter((other) => other.repo === repo && other.path === checkout.path);
      const conflictsWith = [...new Set(rivals.map((other) => other.plan))];
      if (conflictsWith.length > 0) {
        const command = `holdfast worktree prepare --plan ${plan.plan} --repo ${repo}`;
        return { repo, isolation: "needs_worktree", checkout, conflictsWith, command };
      }
      const isolation = checkout.mode === "worktree" ? "already_isolated" : "safe_shared";
      return { repo, isolation, checkout, conflictsWith };
    }),
  );
};
