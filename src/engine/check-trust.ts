import { digestText } from "../journal/digest.ts";
import { findCheck } from "../plan/decide/find.ts";
import { ok, refuse, type Refusal, type Result } from "../plan/refusal.ts";
import type { Check } from "../plan/state.ts";
import type { Workspace } from "./workspace.ts";

/** What trust in a check is bound to: all that decides what runs, and where. */
function formDigest({ command, isShell, repo, dir, env, report }: Check): string {
  const variables = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
  return digestText(JSON.stringify([command, isShell, repo ?? "", dir ?? "", variables, report ?? ""]));
}

/**
 * Why a check must not run here yet: it was written in another clone, and no person has trusted it. Whoever may write
 * here can run commands here anyway; a plan that comes with a pull must not.
 */
export function whyUntrusted(workspace: Workspace, check: Check): Refusal | undefined {
  const identity = workspace.identity();
  if (!identity.ok) return identity.refusal;
  if (check.stamp.startsWith(`${identity.value.id}:`)) return undefined;
  const facts = workspace.facts();
  if (!facts.ok) return facts.refusal;
  if (facts.value.state.trusted.has(formDigest(check))) return undefined;
  return refuse(
    "untrusted-check",
    `check ${check.id} was written in another copy of the plan, and nobody has trusted it`,
    {
      hint: `holdfast check show ${check.id}; then a person runs holdfast trust ${check.id}`,
    },
  );
}

/** Takes a person's word that a check may run here as it stands. */
export async function trustCheck(
  workspace: Workspace,
  plan: string | undefined,
  id: string,
): Promise<Result<{ readonly check: Check; readonly isNew: boolean }>> {
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  const found = findCheck(store.value.state, id);
  store.value.close();
  if ("refusal" in found) return { ok: false, refusal: found.refusal };
  const check = found.found;
  if (whyUntrusted(workspace, check) === undefined) return ok({ check, isNew: false });
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const by = await workspace.author(undefined);
  if (!by.ok) return by;
  const what = check.command.join(" ").slice(0, 500);
  const written = facts.value.write(by.value, [{ type: "check.trusted", digest: formDigest(check), what }]);
  return written.ok ? ok({ check, isNew: true }) : written;
}
