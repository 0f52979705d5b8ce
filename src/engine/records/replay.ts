import { openJournal } from "../../journal/journal.ts";
import { planReducer } from "../../plan/evolve/evolve.ts";
import type { PlacedRecord } from "../../plan/record.ts";
import type { Applied } from "../../plan/reducer.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import type { PlanState, Spill } from "../../plan/state.ts";
import { planLayout } from "../layout.ts";
import type { Workspace } from "../workspace.ts";

/** What a replay meets: a record, the state it met (not to be kept: the next record consumes it), and what came of it. */
export interface Replayed {
  readonly record: PlacedRecord;
  readonly before: PlanState;
  readonly apply: () => Applied<PlanState, Spill>;
}

/**
 * Folds the whole journal of a plan from its beginning, in the merged order, without snapshot. Costs the history:
 * for looking back, never for the daily path. `visit` sees each record and must let it apply; `meet` sees those that
 * a newer program wrote and that are passed over.
 */
export function replay(
  workspace: Workspace,
  slug: string,
  visit: (step: Replayed) => Applied<PlanState, Spill>,
  meet: (record: PlacedRecord) => void = () => undefined,
): Result<PlanState> {
  const identity = workspace.identity();
  if (!identity.ok) return identity;
  const layout = planLayout(workspace.layout, slug);
  const journal = openJournal({
    clone: identity.value.id,
    dir: layout.journal,
    ...(layout.second === undefined ? {} : { second: layout.second }),
    onNewer: meet,
    reducer: {
      ...planReducer,
      apply: (before, record) => visit({ record, before, apply: () => planReducer.apply(before, record) }),
    },
  });
  if (!journal.ok) return journal;
  const { state } = journal.value;
  journal.value.close();
  return ok(state);
}
