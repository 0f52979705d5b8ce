import { refuse } from "../plan/refusal.ts";
import type { FactEvent } from "./fact-events.ts";
import { misnamed, misworded } from "./fact-names.ts";
import type { CheckoutFact, FactContext, FactOutcome, WorkspaceState } from "./facts.ts";

/** A plan has one checkout of a repository. Names hold no slash. */
export const checkoutKey = (plan: string, repo: string): string => `${plan}/${repo}`;

export function setDefault(state: WorkspaceState, event: FactEvent<"default.set">): FactOutcome {
  const flaw = misnamed("plan", event.plan);
  if (flaw !== undefined) return flaw;
  return state.defaultPlan === event.plan ? state : { ...state, defaultPlan: event.plan };
}

export function clearDefault(state: WorkspaceState): FactOutcome {
  if (state.defaultPlan === undefined) return state;
  const { defaultPlan: _, ...rest } = state;
  return rest;
}

/** Ids and paths are unique both ways. */
export function addRepository(
  state: WorkspaceState,
  { id, path }: FactEvent<"repository.added">,
  { at }: FactContext,
): FactOutcome {
  const flaw = misnamed("repository", id) ?? misworded("path", path);
  if (flaw !== undefined) return flaw;
  const known = state.repositories.get(id);
  if (known?.path === path) return state;
  if (known !== undefined) return refuse("repository-exists", `The repository ${id} is registered at ${known.path}.`);
  for (const other of state.repositories.values()) {
    if (other.path === path) return refuse("repository-exists", `${path} is registered as ${other.id}.`);
  }
  return { ...state, repositories: new Map(state.repositories).set(id, { id, path, at }) };
}

export function removeRepository(state: WorkspaceState, { id }: FactEvent<"repository.removed">): FactOutcome {
  if (!state.repositories.has(id)) return refuse("unknown-repository", "No repository is registered under that id.");
  for (const checkout of state.checkouts.values()) {
    if (checkout.repo !== id) continue;
    return refuse("repository-in-use", `The plan ${checkout.plan} has a checkout of ${id} at ${checkout.path}.`);
  }
  const repositories = new Map(state.repositories);
  repositories.delete(id);
  return { ...state, repositories };
}

export function prepareCheckout(
  state: WorkspaceState,
  event: FactEvent<"checkout.prepared">,
  { at }: FactContext,
): FactOutcome {
  const { plan, repo, mode, path, branch, base } = event;
  if (mode !== "shared" && mode !== "worktree") return refuse("malformed-event", "A checkout is shared or a worktree.");
  const flaw =
    misnamed("plan", plan) ??
    misnamed("repository", repo) ??
    misworded("path", path) ??
    misworded("branch", branch ?? "-") ??
    misworded("base", base ?? "-");
  if (flaw !== undefined) return flaw;
  const known = state.checkouts.get(checkoutKey(plan, repo));
  if (known?.isOurs === true && known.path !== path) {
    // Forgetting it would leave a worktree of ours that nobody dares to remove.
    return refuse("checkout-exists", `The plan ${plan} has its checkout of ${repo} at ${known.path}.`);
  }
  const isOurs = event.isOurs === true || known?.isOurs === true;
  const checkout: CheckoutFact = {
    repo,
    plan,
    mode,
    path,
    ...(branch !== undefined && { branch }),
    ...(base !== undefined && { base }),
    ...(isOurs && { isOurs }),
    at,
  };
  return { ...state, checkouts: new Map(state.checkouts).set(checkoutKey(plan, repo), checkout) };
}

export function removeCheckout(state: WorkspaceState, { plan, repo }: FactEvent<"checkout.removed">): FactOutcome {
  const key = checkoutKey(plan, repo);
  if (!state.checkouts.has(key)) return refuse("unknown-checkout", "The plan has no checkout of that repository.");
  const checkouts = new Map(state.checkouts);
  checkouts.delete(key);
  return { ...state, checkouts };
}

export function trust(
  state: WorkspaceState,
  { digest, what }: FactEvent<"check.trusted">,
  { at, person, stamp }: FactContext,
): FactOutcome {
  const flaw = misworded("digest", digest);
  if (flaw !== undefined) return flaw;
  if (person === undefined)
    return refuse("needs-a-person", "Only a person can trust a check that came from elsewhere.");
  return { ...state, trusted: new Map(state.trusted).set(digest, { digest, what, person, at, stamp }) };
}

/** Taking trust back is anybody's. */
export function distrust(state: WorkspaceState, { digest }: FactEvent<"check.distrusted">): FactOutcome {
  if (!state.trusted.has(digest)) return state;
  const trusted = new Map(state.trusted);
  trusted.delete(digest);
  return { ...state, trusted };
}
