import { tryRecord } from "../../plan/evolve/evolve.ts";
import type { PlacedRecord } from "../../plan/record.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { restoreSnapshot, snapshotPlan } from "../../plan/snapshot.ts";
import type { PlanState } from "../../plan/state.ts";
import { invertRecord } from "../../plan/undo.ts";
import { replay } from "./replay.ts";
import type { Workspace } from "../workspace.ts";

export interface Undone {
  readonly slug: string;
  /** The record that was taken back, and the one that did it. */
  readonly undone: PlacedRecord;
  readonly record: PlacedRecord;
}

interface Target {
  readonly record: PlacedRecord;
  readonly before: PlanState;
}

/** Takes back a record, by id, or else the caller's last one, by appending its opposite. */
export async function undo(
  workspace: Workspace,
  plan: string | undefined,
  id: string | undefined,
): Promise<Result<Undone>> {
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  try {
    const { slug, state } = store.value;
    const target = findTarget(workspace, slug, id);
    if (!target.ok) return target;
    const by = await workspace.author(slug);
    if (!by.ok) return by;
    const inverse = invertRecord(target.value.before, state, target.value.record);
    if ("refusal" in inverse) return { ok: false, refusal: inverse.refusal };
    if (inverse.events.length === 0) return refused("nothing-to-undo", "there is nothing of it to take back");
    const header = store.value.header(by.value);
    const tried = tryRecord(state, { ...header, events: inverse.events });
    if ("refusal" in tried) return { ok: false, refusal: tried.refusal };
    const written = store.value.append(header, inverse.events);
    if (!written.ok) return written;
    const projected = store.value.project();
    return projected.ok ? ok({ slug, undone: target.value.record, record: written.value }) : projected;
  } finally {
    store.value.close();
  }
}

function findTarget(workspace: Workspace, slug: string, id: string | undefined): Result<Target> {
  const wanted = id ?? lastOwn(workspace, slug);
  let found: Target | undefined;
  let refusedThen = false;
  const replayed = replay(workspace, slug, ({ record, before, apply }) => {
    // The state is consumed by what follows, so what the record met is kept as a copy.
    const copy = record.id === wanted ? restoreSnapshot(structuredClone(snapshotPlan(before))) : undefined;
    const applied = apply();
    if (copy !== undefined) {
      found = { record, before: copy };
      refusedThen = applied.refusal !== undefined;
    }
    return applied;
  });
  if (!replayed.ok) return replayed;
  if (found === undefined) {
    const message =
      id === undefined ? `${workspace.actor.session} has written nothing here` : `no record ${id} in ${slug}`;
    return refused("no-such-record", message, { hint: "holdfast journal show" });
  }
  if (refusedThen) return refused("nothing-to-undo", `record ${wanted} was refused: it changed nothing`);
  return ok(found);
}

function lastOwn(workspace: Workspace, slug: string): string | undefined {
  let last: string | undefined;
  const { session } = workspace.actor;
  replay(workspace, slug, ({ record, apply }) => {
    const applied = apply();
    if (record.by.session === session && applied.refusal === undefined) last = record.id;
    return applied;
  });
  return last;
}
