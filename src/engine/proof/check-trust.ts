import { digestText } from "../../journal/digest.ts";
import { findCheck } from "../../plan/decide/find.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import type { Check, Evidence } from "../../plan/check-state.ts";
import { decidingEvidence, lastEvidence } from "../../plan/checks.ts";
import { findDoubts } from "./record-doubts.ts";
import { trustedAmong } from "./trust-seals.ts";
import type { Workspace } from "../workspace.ts";

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
  if (trustedAmong(workspace, [formDigest(check)]).size > 0) return undefined;
  return refuse(
    "untrusted-check",
    `check ${check.id} was written in another copy of the plan, and nobody has trusted it`,
    {
      hint: `holdfast check show ${check.id}; then a person runs holdfast trust ${check.id}`,
    },
  );
}

/** Takes a person's word for what the last run of a check showed on another machine, as its record stands. */
export async function trustEvidence(
  workspace: Workspace,
  plan: string | undefined,
  id: string,
): Promise<Result<{ readonly check: Check; readonly evidence: Evidence; readonly isNew: boolean }>> {
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  const { layout } = store.value;
  const found = findCheck(store.value.state, id);
  store.value.close();
  if ("refusal" in found) return { ok: false, refusal: found.refusal };
  const check = found.found;
  const evidence = lastEvidence(check);
  if (evidence === undefined) {
    return refused("no-evidence", `check ${check.id} has not run`, { hint: `holdfast verify --check ${check.id}` });
  }
  const stamps = decidingEvidence(check).map(({ stamp }) => stamp);
  const doubted = [...findDoubts(workspace, layout.journal, stamps).values()];
  if (doubted.length === 0) return ok({ check, evidence, isNew: false });
  if (doubted.some(({ doubt }) => doubt === "unverified")) {
    return refused("unverified", `the record of ${check.id}'s last run was not written by Holdfast as it stands`, {
      hint: `holdfast verify --check ${check.id} runs it; holdfast journal verify names the line`,
    });
  }
  const digests = doubted.map(({ digest }) => digest);
  const written = await writeTrust(workspace, digests, `the last run of ${check.id} (${evidence.id})`);
  return written.ok ? ok({ check, evidence, isNew: true }) : written;
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
  const written = await writeTrust(workspace, [formDigest(check)], check.command.join(" ").slice(0, 500));
  return written.ok ? ok({ check, isNew: true }) : written;
}

async function writeTrust(workspace: Workspace, digests: readonly string[], what: string): Promise<Result<unknown>> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const by = await workspace.author(undefined);
  if (!by.ok) return by;
  return facts.value.write(
    by.value,
    digests.map((digest) => ({ type: "check.trusted", digest, what })),
  );
}
