import { verifyJournal, type Finding } from "../../journal/verify.ts";
import { ok, refuse, type Result } from "../../plan/refusal.ts";
import { factsLayout, planLayout } from "../layout.ts";
import { PlanStore } from "../plans/plan-store.ts";
import type { Workspace } from "../workspace.ts";

export interface Verified {
  /** A plan's slug; absent for the workspace's own journal. */
  readonly plan?: string;
  readonly findings: readonly Finding[];
}

/** Checks the journals of one plan, or of all and of the workspace itself. Reads all of history, changes no record. */
export function verify(workspace: Workspace, plan: string | undefined): Result<readonly Verified[]> {
  const identity = workspace.identity();
  if (!identity.ok) return identity;
  const clone = identity.value.id;
  const key = workspace.key();
  const sealed = key === undefined ? {} : { key };
  const verified: Verified[] = [];
  try {
    for (const slug of plan === undefined ? workspace.slugs() : [plan]) {
      const { journal, second, published } = planLayout(workspace.layout, slug);
      const names = second === undefined ? {} : { second };
      const findings = verifyJournal({ clone, dir: journal, published, ...names, ...sealed });
      verified.push({ plan: slug, findings: [...findings, ...lossesOf(workspace, slug)] });
    }
    if (plan === undefined) {
      const { journal, second } = factsLayout(workspace.layout);
      const names = second === undefined ? {} : { second };
      verified.push({ findings: verifyJournal({ clone, dir: journal, ...names, ...sealed }) });
    }
  } catch (error) {
    return { ok: false, refusal: refuse("damaged-journal", `a journal cannot be read: ${(error as Error).message}`) };
  }
  return ok(verified);
}

/** What a snapshot has folded and the journal has no more: lines cut off at the end leave nothing behind to be seen. */
function lossesOf(workspace: Workspace, slug: string): readonly Finding[] {
  const store = PlanStore.open(workspace, slug);
  if (!store.ok) return [];
  const { problems } = store.value;
  store.value.close();
  return problems
    .filter(({ reason }) => reason === "journal-shrunk")
    .map(({ reason, file, message }) => ({ severity: "error", reason, file, message }));
}
