import { ok, type Result } from "../../plan/refusal.ts";
import { PlanStore, refuseLost } from "./plan-store.ts";
import type { ProjectionReport } from "./projection.ts";
import type { Workspace } from "../workspace.ts";

export interface Rendered extends ProjectionReport {
  readonly plan: string;
  /** Absolute. */
  readonly dir: string;
  readonly revision: number;
}

/** Writes everything that is derived from a plan's journal, from its first record on. */
export function renderPlan(workspace: Workspace, slug: string): Result<Rendered> {
  // A replay would take what is left of a journal for all of it: only the snapshot knows what is gone.
  const looked = PlanStore.open(workspace, slug);
  if (!looked.ok) return looked;
  const { lost } = looked.value;
  const cursor = looked.value.journal.cursor();
  looked.value.close();
  if (lost !== undefined) return { ok: false, refusal: lost };
  const store = PlanStore.open(workspace, slug, { isReplay: true });
  if (!store.ok) return store;
  try {
    const replayed = store.value.journal.cursor();
    const isLess = Object.entries(cursor.files).some(
      ([clone, { ordinal }]) => ordinal > (replayed.files[clone]?.ordinal ?? 0),
    );
    if (isLess) return { ok: false, refusal: refuseLost(slug) };
    const projected = store.value.project({ isWhole: true });
    if (!projected.ok) return projected;
    const { folder } = store.value.layout;
    return ok({ plan: slug, dir: folder, revision: store.value.state.revision, edited: projected.value.edited });
  } finally {
    store.value.close();
  }
}
