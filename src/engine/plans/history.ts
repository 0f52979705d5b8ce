import type { PlacedRecord } from "../../plan/record.ts";
import { ok, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import type { TaskUid } from "../../plan/state.ts";
import { replay } from "../records/replay.ts";
import type { Workspace } from "../workspace.ts";

/** A record as history shows it. */
export interface HistoryLine {
  readonly record: PlacedRecord;
  /** The tasks it was about, by the ids that people see. */
  readonly tasks: readonly string[];
  readonly refusal?: Refusal;
  /** A newer program wrote it, and what came of it is not known here. */
  readonly isNewer?: true;
}

export interface HistoryQuery {
  /** Only records about this task. */
  readonly task?: string;
  /** Only this record, by id. */
  readonly record?: string;
  /** The newest of them; all where absent. */
  readonly last?: number;
}

/** The records of a plan's journal in the merged order, oldest first. */
export function readHistory(
  workspace: Workspace,
  slug: string,
  query: HistoryQuery = {},
): Result<readonly HistoryLine[]> {
  const lines: (Omit<HistoryLine, "tasks"> & { readonly uids: readonly string[] })[] = [];
  const keep = query.last ?? Infinity;
  let wanted: string | undefined;
  const add = (record: PlacedRecord, more: Pick<HistoryLine, "refusal" | "isNewer">): void => {
    if (query.record !== undefined && record.id !== query.record) return;
    lines.push({ record, uids: uidsOf(record), ...more });
    if (query.task === undefined && lines.length > 2 * keep) lines.splice(0, lines.length - keep);
  };
  const state = replay(
    workspace,
    slug,
    ({ record, apply }) => {
      const applied = apply();
      add(record, applied.refusal === undefined ? {} : { refusal: applied.refusal });
      return applied;
    },
    (record) => add(record, { isNewer: true }),
  );
  if (!state.ok) return state;
  if (query.record !== undefined && lines.length === 0) {
    return refused("no-such-record", `no record ${query.record.slice(0, 80)} in ${slug}`, {
      hint: "holdfast journal show",
    });
  }
  if (query.task !== undefined) {
    wanted = state.value.ids.get(query.task.toLowerCase());
    if (wanted === undefined) return refused("no-such-task", `there is no task ${query.task} in ${slug}`);
  }
  const found = wanted === undefined ? lines : lines.filter(({ uids }) => uids.includes(wanted));
  const shown = found.slice(Math.max(0, found.length - keep));
  return ok(
    shown.map(({ uids, ...line }) => ({
      ...line,
      tasks: uids.flatMap((uid) => state.value.tasks.get(uid as TaskUid)?.id ?? []),
    })),
  );
}

function uidsOf(record: PlacedRecord): readonly string[] {
  const uids = record.events.flatMap((event, index) => {
    if (event.type === "task.added") return [`${record.id}.${index}`];
    return typeof event["task"] === "string" ? [event["task"]] : [];
  });
  return [...new Set(uids)];
}
