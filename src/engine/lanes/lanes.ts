import { join } from "node:path";
import type { PlanCommand } from "../../plan/commands.ts";
import { findLane } from "../../plan/decide/find.ts";
import { laneById } from "../../plan/graph.ts";
import { slugify } from "../../plan/names.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { Lane, LaneKind, PlanState } from "../../plan/state.ts";
import { DELIVERABLES, inferLaneKind } from "./lane-kind.ts";
import { itemsOf, offerResult, readResult, resultFile, type ResultSection } from "./lane-result.ts";
import { planLayout } from "../layout.ts";
import { perform, type Performed } from "../perform.ts";
import type { Workspace } from "../workspace.ts";

const LONGEST_TITLE = 72;

/** A side job as it is asked for. What is left out follows from its title. */
export interface LaneRequest {
  readonly title: string;
  readonly id?: string;
  readonly kind?: LaneKind;
  readonly goal?: string;
  readonly constraints?: readonly string[];
  readonly deliverable?: string;
  readonly success?: readonly string[];
  /** The task that it serves. */
  readonly task?: string;
  readonly start?: boolean;
}

export interface LaneDone extends Performed {
  readonly lane: Lane;
  /** Absolute paths of the lane's files. */
  readonly brief: string;
  readonly result: string;
}

/**
 * Opens a lane, or takes up the one of that id: one that waits or runs stays as it is, a blocked one waits again. One
 * that has ended needs another id. A title that is too long is cut, and kept whole as the goal.
 */
export async function openLane(
  workspace: Workspace,
  plan: string | undefined,
  wanted: LaneRequest,
): Promise<Result<LaneDone>> {
  const full = wanted.title.replace(/\s+/g, " ").trim();
  if (full === "") return refused("bad-title", "a lane needs a title");
  const title = cutTitle(full);
  let id = wanted.id ?? laneId(full);
  const done = await perform(workspace, plan, (state) => {
    const known = laneById(state.lanes, id);
    id = known?.id ?? id;
    const start = wanted.start === true;
    if (known?.status === "running" || (known?.status === "pending" && !start)) return ok([]);
    const kind = wanted.kind ?? inferLaneKind(`${full}\n${wanted.goal ?? ""}`);
    const goal = wanted.goal ?? (title === full ? undefined : full);
    const { constraints = [], success = [], task } = wanted;
    return ok([
      {
        type: "create-lane",
        lane: id,
        kind,
        title,
        ...(goal === undefined ? {} : { goal }),
        ...(constraints.length === 0 ? {} : { constraints }),
        deliverable: wanted.deliverable ?? DELIVERABLES[kind],
        ...(success.length === 0 ? {} : { success }),
        ...(task === undefined ? {} : { id: task }),
        ...(start ? { start } : {}),
      },
    ]);
  });
  if (!done.ok) return done;
  const { folder } = planLayout(workspace.layout, done.value.slug);
  const lane = withLane(workspace, done.value, id);
  if (!lane.ok) return lane;
  const offered = offerResult(folder, lane.value.lane.id);
  return offered.ok ? lane : offered;
}

const cutTitle = (title: string): string => {
  const letters = Array.from(title);
  if (letters.length <= LONGEST_TITLE) return title;
  const cut = letters.slice(0, LONGEST_TITLE - 1).join("");
  const wordEnd = cut.lastIndexOf(" ");
  return `${(wordEnd > LONGEST_TITLE / 2 ? cut.slice(0, wordEnd) : cut).trimEnd()}…`;
};

/** A title without a letter that an id can have gives an id that says what it names. */
const laneId = (title: string): string => {
  const slug = slugify(title);
  return /[a-z0-9]/i.test(title.normalize("NFKD")) ? slug : slug.replace(/^plan-/, "lane-");
};

/** Steps of a lane's life that need nothing but its id, and what they say. */
export type LaneStep =
  | { readonly type: "start-lane" }
  | { readonly type: "resume-lane" }
  | { readonly type: "block-lane"; readonly why: string }
  | { readonly type: "cancel-lane"; readonly why?: string };

/** Moves a lane on. Resuming is starting one that is blocked. */
export async function moveLane(
  workspace: Workspace,
  plan: string | undefined,
  id: string,
  step: LaneStep,
): Promise<Result<LaneDone>> {
  const done = await perform(workspace, plan, (state): Result<readonly PlanCommand[]> => {
    const lane = laneOf(state, id);
    if (!lane.ok) return lane;
    if (step.type !== "resume-lane") return ok([{ ...step, lane: id }]);
    if (lane.value.status === "blocked") return ok([{ type: "start-lane", lane: id }]);
    return refused("illegal-transition", `lane ${id} is ${lane.value.status}: only a blocked one is resumed`, {
      hint: lane.value.status === "pending" ? `holdfast lane start ${id}` : `holdfast lane show ${id}`,
    });
  });
  return done.ok ? withLane(workspace, done.value, id) : done;
}

/** Ends a lane. Without a summary, the first thing that its result says under Summary is one. */
export async function completeLane(
  workspace: Workspace,
  plan: string | undefined,
  id: string,
  { summary, files }: { readonly summary?: string; readonly files?: readonly string[] },
): Promise<Result<LaneDone>> {
  const done = await perform(workspace, plan, (state): Result<readonly PlanCommand[]> => {
    const lane = laneOf(state, id);
    if (!lane.ok) return lane;
    const told = summary === undefined ? readSummary(workspace, state, lane.value.id) : ok(summary);
    if (!told.ok) return told;
    const more = files === undefined || files.length === 0 ? {} : { files };
    return ok([{ type: "complete-lane", lane: id, summary: told.value, ...more }]);
  });
  return done.ok ? withLane(workspace, done.value, id) : done;
}

function readSummary(workspace: Workspace, state: PlanState, id: string): Result<string> {
  const { folder } = planLayout(workspace.layout, state.slug);
  const result = readResult(folder, id);
  if (!result.ok) return result;
  const [first] = itemsOf(result.value ?? "", "Summary");
  if (first !== undefined) return ok(first);
  return refused("needs-summary", `nothing says what came out of lane ${id}`, {
    hint: `give --summary, or fill in the Summary of ${resultFile(folder, id)}`,
  });
}

const PROMOTED: readonly ResultSection[] = ["Recommended Promotion", "Findings", "Summary"];

export interface Promoted extends LaneDone {
  readonly section: ResultSection;
  readonly items: readonly string[];
}

/**
 * Makes what a lane found findings of the plan, once: from the first part of its result that says anything, else from
 * the summary that it was completed with.
 */
export async function promoteLane(
  workspace: Workspace,
  plan: string | undefined,
  id: string,
): Promise<Result<Promoted>> {
  let found: { readonly section: ResultSection; readonly items: readonly string[] } | undefined;
  const done = await perform(workspace, plan, (state): Result<readonly PlanCommand[]> => {
    const lane = laneOf(state, id);
    if (!lane.ok) return lane;
    // What cannot be promoted is told so before its result is looked for.
    if (lane.value.promoted !== undefined || !["complete", "blocked"].includes(lane.value.status)) {
      return ok([{ type: "promote-lane", lane: id, items: [] }]);
    }
    const { folder } = planLayout(workspace.layout, state.slug);
    const result = readResult(folder, lane.value.id);
    if (!result.ok) return result;
    const { value: text } = result;
    const written = PROMOTED.map((section) => ({ section, items: itemsOf(text ?? "", section) }));
    const { summary } = lane.value;
    const told = { section: "Summary", items: summary === undefined ? [] : [summary] } as const;
    found = [...written, told].find(({ items }) => items.length > 0);
    if (found !== undefined) return ok([{ type: "promote-lane", lane: id, items: found.items }]);
    return refused("nothing-to-promote", `the result of lane ${id} says nothing yet`, {
      hint: `fill in Recommended Promotion, Findings or Summary of ${resultFile(folder, id)}`,
    });
  });
  if (!done.ok) return done;
  const lane = withLane(workspace, done.value, id);
  return lane.ok ? ok({ ...lane.value, ...(found ?? { section: "Summary", items: [] }) }) : lane;
}

export interface LaneView {
  readonly plan: string;
  readonly lane: Lane;
  /** Display id of the task that it serves. */
  readonly task?: string;
  readonly brief: string;
  readonly result: string;
  /** What its result says so far under Summary. */
  readonly written: readonly string[];
}

/** A lane and what its result says so far. */
export function showLane(workspace: Workspace, plan: string | undefined, id: string): Result<LaneView> {
  const store = workspace.plan(plan, { isReading: true });
  if (!store.ok) return store;
  const { state, slug, layout } = store.value;
  store.value.close();
  const lane = laneOf(state, id);
  if (!lane.ok) return lane;
  const result = readResult(layout.folder, lane.value.id);
  const task = lane.value.task === undefined ? undefined : state.tasks.get(lane.value.task)?.id;
  return ok({
    plan: slug,
    lane: lane.value,
    ...(task === undefined ? {} : { task }),
    ...filesOf(layout.folder, lane.value.id),
    written: result.ok ? itemsOf(result.value ?? "", "Summary") : [],
  });
}

const filesOf = (folder: string, id: string): { readonly brief: string; readonly result: string } => ({
  brief: join(folder, "lanes", id, "brief.md"),
  result: resultFile(folder, id),
});

function laneOf(state: PlanState, id: string): Result<Lane> {
  const lane = findLane(state, id);
  return "refusal" in lane ? { ok: false, refusal: lane.refusal } : ok(lane.found);
}

function withLane(workspace: Workspace, done: Performed, id: string): Result<LaneDone> {
  const lane = laneOf(done.state, id);
  if (!lane.ok) return lane;
  return ok({ ...done, lane: lane.value, ...filesOf(planLayout(workspace.layout, done.slug).folder, lane.value.id) });
}
