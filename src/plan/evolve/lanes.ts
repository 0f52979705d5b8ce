import type { Draft } from "../draft.ts";
import type { PlanEvent, PlanEventOf } from "../events.ts";
import { validateId } from "../names.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Lane, LaneKind, LaneStatus, TaskUid } from "../state.ts";

const KINDS: readonly string[] = ["discovery", "spike", "verify", "review", "catchup", "other"];
const isKind = (kind: string): kind is LaneKind => KINDS.includes(kind);

const FROM: Readonly<Record<string, readonly LaneStatus[]>> = {
  "lane.started": ["pending", "running", "blocked"],
  "lane.blocked": ["pending", "running"],
  "lane.completed": ["pending", "running", "blocked"],
  "lane.cancelled": ["pending", "running", "blocked"],
  "lane.promoted": ["complete", "blocked"],
};

/** A lane of that id that is still open is taken up again; an ended one needs a new id. */
export function createLane(draft: Draft, event: PlanEventOf<"lane.created">): Refusal | undefined {
  const { plan, record } = draft;
  if (plan.status === "done" || plan.status === "archived" || plan.status === "aborted") {
    return refuse("plan-closed", `${plan.slug} is ${plan.status}: it takes no new lanes`, {
      hint: "holdfast plan reopen",
    });
  }
  const valid = validateId(event.lane);
  if (!valid.ok) return valid.refusal;
  if (!isKind(event.kind)) {
    return refuse("bad-value", `a lane is one of ${KINDS.join(", ")}, not ${event.kind}`);
  }
  const known = plan.lanes.get(event.lane);
  if (known !== undefined && (known.status === "complete" || known.status === "cancelled")) {
    return refuse("lane-ended", `lane ${known.id} is ${known.status}: it does not open again`, {
      hint: "choose another id",
    });
  }
  const reopened: Lane | undefined = known && { ...known, status: known.status === "blocked" ? "pending" : known.status };
  const optional = Object.fromEntries(
    (["goal", "deliverable", "task"] as const).flatMap((field) =>
      event[field] === undefined ? [] : [[field, event[field]]],
    ),
  ) as { readonly goal?: string; readonly deliverable?: string; readonly task?: TaskUid };
  const created: Lane = reopened ?? {
    id: event.lane,
    kind: event.kind,
    title: event.title,
    status: "pending",
    ...optional,
    constraints: event.constraints ?? [],
    success: event.success ?? [],
    session: record.by.session,
    files: [],
    at: record.at,
    changedAt: record.at,
  };
  putLane(draft, created);
  draft.tell(event.type, created.id, created.title);
  return undefined;
}

function putLane(draft: Draft, lane: Lane): void {
  draft.set({ lanes: new Map(draft.plan.lanes).set(lane.id, { ...lane, changedAt: draft.record.at }) });
}

type LaneMove = Extract<
  PlanEvent,
  { readonly type: "lane.started" | "lane.blocked" | "lane.completed" | "lane.cancelled" | "lane.promoted" }
>;

export function moveLane(draft: Draft, event: LaneMove, index: number): Refusal | undefined {
  const { plan } = draft;
  const lane = plan.lanes.get(event.lane);
  if (lane === undefined) return refuse("no-such-lane", `no lane ${event.lane}`, { hint: "holdfast lane list" });
  if (!FROM[event.type]!.includes(lane.status)) {
    return refuse("illegal-transition", `lane ${lane.id} is ${lane.status}: no ${event.type} from there`, {
      hint: "holdfast lane list",
    });
  }
  switch (event.type) {
    case "lane.started":
      if (plan.status === "done" || plan.status === "archived") {
        return refuse("plan-closed", `${plan.slug} is ${plan.status}`, { hint: "holdfast plan reopen" });
      }
      putLane(draft, { ...lane, status: "running" });
      break;
    case "lane.blocked":
      putLane(draft, { ...lane, status: "blocked", why: event.why });
      break;
    case "lane.completed":
      putLane(draft, { ...lane, status: "complete", summary: event.summary, files: event.files ?? lane.files });
      break;
    case "lane.cancelled":
      putLane(draft, { ...lane, status: "cancelled", ...(event.why === undefined ? {} : { why: event.why }) });
      break;
    case "lane.promoted":
      return promoteLane(draft, lane, event.items, index);
  }
  draft.tell(event.type, lane.id);
  return undefined;
}

/** Once: what a lane found becomes findings of the plan. */
function promoteLane(draft: Draft, lane: Lane, items: readonly string[], index: number): Refusal | undefined {
  if (lane.promoted !== undefined) {
    return refuse("already-promoted", `lane ${lane.id} was promoted already`, { hint: "holdfast lane show" });
  }
  putLane(draft, { ...lane, promoted: items });
  const { id, at, by } = draft.record;
  for (const [n, text] of items.entries()) {
    const source = `lane ${lane.id}`;
    draft.addEntry({ kind: "finding", id: `${id}.${index}.${n}`, at, session: by.session, text, source });
  }
  draft.tell("lane.promoted", lane.id, `${items.length} findings`);
  return undefined;
}
