import { counted } from "../counted.ts";
import type { Draft } from "../draft.ts";
import type { PlanEvent, PlanEventOf } from "../events.ts";
import { laneById } from "../graph.ts";
import { validateId } from "../names.ts";
import { omit } from "../omit.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Lane, LaneKind, LaneStatus, TaskUid } from "../state.ts";
import { noTask } from "./task-structure.ts";
import { wayBack } from "./plan-status.ts";

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
  const { plan } = draft;
  if (plan.status === "done") return planDone(draft, "it takes no new lanes");
  const valid = validateId(event.lane);
  if (!valid.ok) return valid.refusal;
  if (!isKind(event.kind)) {
    return refuse("bad-value", `a lane is one of ${KINDS.join(", ")}, not ${event.kind}`);
  }
  if (event.task !== undefined && draft.get(event.task as TaskUid) === undefined) return noTask(event.task);
  const known = laneById(plan.lanes, event.lane);
  if (known !== undefined && (known.status === "complete" || known.status === "cancelled")) {
    return refuse("lane-ended", `lane ${known.id} is ${known.status}: it does not open again`, {
      hint: "choose another id",
      ...laneCause(known),
    });
  }
  if (known === undefined) putLane(draft, newLane(draft, event));
  else takeUpLane(draft, known, event);
  draft.tell(event.type, known?.id ?? event.lane, event.title);
  return undefined;
}

function newLane(draft: Draft, event: PlanEventOf<"lane.created">): Lane {
  const { at, by } = draft.record;
  const { lane: id, kind, title, goal, deliverable, task, constraints = [], success = [] } = event;
  return {
    id,
    kind: kind as LaneKind,
    title,
    status: "pending",
    ...(goal === undefined ? {} : { goal }),
    ...(deliverable === undefined ? {} : { deliverable }),
    ...(task === undefined ? {} : { task: task as TaskUid }),
    constraints,
    success,
    session: by.session,
    files: [],
    at,
    changedAt: at,
  };
}

/** Two clones that open a lane of one name share it from then on; the brief of the later one is listed. */
function takeUpLane(draft: Draft, known: Lane, event: PlanEventOf<"lane.created">): void {
  if (known.stamp !== undefined && draft.isUnseen(known.stamp)) {
    const { type: _, ...brief } = event;
    draft.addConflict(
      {
        kind: "field",
        field: `lanes.${known.id}`,
        kept: { stamp: known.stamp, value: known.title },
        lost: { stamp: draft.stamp, value: brief },
        message: `two copies of the plan opened a lane ${known.id}; they share it, with the brief of the first`,
      },
      `.lane.${known.id}`,
    );
  }
  putLane(draft, known.status === "blocked" ? { ...omit(known, "why"), status: "pending" } : known);
}

function putLane(draft: Draft, lane: Lane): void {
  const changed = { ...lane, changedAt: draft.record.at, stamp: draft.stamp };
  draft.set({ lanes: new Map(draft.plan.lanes).set(lane.id, changed) });
}

const laneCause = ({ stamp }: Lane): Pick<Refusal, "cause"> => (stamp === undefined ? {} : { cause: stamp });

const planDone = ({ plan }: Draft, because: string): Refusal =>
  refuse("plan-closed", `${plan.slug} is done: ${because}`, {
    hint: wayBack(plan),
    ...(plan.stamps["status"] === undefined ? {} : { cause: plan.stamps["status"] }),
  });

type LaneMove = Extract<
  PlanEvent,
  { readonly type: "lane.started" | "lane.blocked" | "lane.completed" | "lane.cancelled" | "lane.promoted" }
>;

export function moveLane(draft: Draft, event: LaneMove, index: number): Refusal | undefined {
  const lane = laneById(draft.plan.lanes, event.lane);
  if (lane === undefined) return refuse("no-such-lane", `no lane ${event.lane}`, { hint: "holdfast lane list" });
  if (!FROM[event.type]!.includes(lane.status)) {
    return refuse(
      "illegal-transition",
      `lane ${lane.id} is ${lane.status}: it cannot be ${event.type.slice("lane.".length)}`,
      {
        hint: "holdfast lane list",
        ...laneCause(lane),
      },
    );
  }
  if (event.type === "lane.promoted") return promoteLane(draft, lane, event.items, index);
  if (event.type === "lane.started" && draft.plan.status === "done") return planDone(draft, "no lane starts in it");
  const moved = movedLane(lane, event);
  reportLane(draft, lane, moved);
  putLane(draft, moved);
  draft.tell(event.type, lane.id, moved.summary ?? moved.why);
  return undefined;
}

function movedLane(lane: Lane, event: Exclude<LaneMove, { readonly type: "lane.promoted" }>): Lane {
  switch (event.type) {
    case "lane.started":
      return { ...omit(lane, "why"), status: "running" };
    case "lane.blocked":
      return { ...lane, status: "blocked", why: event.why };
    case "lane.completed":
      return { ...lane, status: "complete", summary: event.summary, files: event.files ?? lane.files };
    case "lane.cancelled":
      return { ...lane, status: "cancelled", ...(event.why === undefined ? {} : { why: event.why }) };
    default: {
      const never: never = event;
      return never;
    }
  }
}

/** A status that another clone gave, unknown to this writer, is listed and not lost. */
function reportLane(draft: Draft, lane: Lane, moved: Lane): void {
  if (lane.stamp === undefined || lane.status === moved.status || lane.status === "pending") return;
  if (!draft.isUnseen(lane.stamp)) return;
  const valueOf = ({ status, why }: Lane) => (why === undefined ? { status } : { status, why });
  draft.addConflict(
    {
      kind: "field",
      field: `lanes.${lane.id}`,
      kept: { stamp: draft.stamp, value: valueOf(moved) },
      lost: { stamp: lane.stamp, value: valueOf(lane) },
      message: `one copy of the plan made lane ${lane.id} ${lane.status}, the other ${moved.status} without knowing`,
    },
    `.lane.${lane.id}`,
  );
}

/** Once: what a lane found becomes findings of the plan. */
function promoteLane(draft: Draft, lane: Lane, items: readonly string[], index: number): Refusal | undefined {
  if (lane.promoted !== undefined) {
    return refuse("already-promoted", `lane ${lane.id} was promoted already`, {
      hint: "holdfast lane show",
      ...laneCause(lane),
    });
  }
  putLane(draft, { ...lane, promoted: items });
  const { id, at, by } = draft.record;
  for (const [n, text] of items.entries()) {
    const source = `lane ${lane.id}`;
    draft.addEntry({ kind: "finding", id: `${id}.${index}.${n}`, at, session: by.session, text, source });
  }
  draft.tell("lane.promoted", lane.id, counted(items.length, "finding"));
  return undefined;
}
