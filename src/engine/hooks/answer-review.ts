import type { NamedReview } from "../../context/assignment.ts";
import { neutralizeLine } from "../../context/neutralize.ts";
import { describeFinding } from "../../context/review-prompt.ts";
import { taskById } from "../../plan/graph.ts";
import { validateId } from "../../plan/names.ts";
import { blockingFindings, reviewedAttempt, type Review } from "../../plan/reviews.ts";
import type { PlanState } from "../../plan/state.ts";
import { asAgent } from "./as-agent.ts";
import type { Answer } from "./host-hook.ts";
import { recordFailure, recordText } from "../proof/reviews.ts";
import type { MemoryNote, Spawn } from "./memory-note.ts";
import type { Workspace } from "../workspace.ts";

/** That a subagent is started for a review; undefined where nothing that is known is to be reviewed by anybody. */
export function noteReviewer(
  workspace: Workspace,
  slug: string | undefined,
  { of, reviewer }: NamedReview,
  { callId, subagentType }: { readonly callId?: string; readonly subagentType?: string },
): MemoryNote | undefined {
  // A reviewer that is not named goes by what kind of agent it is, without the plugin that it comes from.
  const name = reviewer ?? subagentType?.split(":").at(-1);
  if (slug === undefined || callId === undefined || name === undefined || !validateId(name).ok) return undefined;
  const store = workspace.plan(slug, { isReading: true });
  if (!store.ok) return undefined;
  const { state } = store.value;
  store.value.close();
  const task = of.toLowerCase() === "plan" ? undefined : taskById(state, of);
  if (task === undefined && of.toLowerCase() !== "plan") return undefined;
  const attempt = task === undefined ? undefined : reviewedAttempt(task)?.fence;
  const review = {
    reviewer: name,
    ...(task === undefined ? {} : { id: task.id }),
    ...(attempt === undefined ? {} : { attempt }),
  };
  return { note: "spawned", call: callId, ...(subagentType === undefined ? {} : { subagentType }), plan: slug, review };
}

/** A reviewer has ended: what it said is its review, and what cannot be had of it is a capture that failed. */
export async function endReview(workspace: Workspace, spawn: Spawn, said: string | undefined): Promise<Answer> {
  const { call, plan, review } = spawn;
  const isOver: MemoryNote = { note: "spawn-ended", call };
  if (review === undefined || plan === undefined) return { reply: {}, notes: [isOver] };
  const { id, reviewer, attempt } = review;
  const about = { reviewer, ...(id === undefined ? {} : { id }), ...(attempt === undefined ? {} : { attempt }) };
  const how = await asAgent(workspace, call, plan, async (store) => {
    const failed = async (why: string): Promise<string> => {
      await recordFailure(store, { ...about, why });
      return `was not captured: ${neutralizeLine(why, 300)}`;
    };
    if (said === undefined || said.trim() === "") return failed("its agent ended without a word");
    const done = await recordText(store, { ...about, text: said.slice(-LONGEST_REVIEW) });
    return done.ok ? describeRound(done.value.state, id, done.value.round) : failed(done.refusal.message);
  });
  if (how === undefined) return { reply: {}, notes: [isOver] };
  const context = `Holdfast: the review of ${id ?? "the plan"} by ${reviewer} ${how}`;
  return { reply: { context }, notes: [{ ...isOver, how: context }] };
}

const LONGEST_REVIEW = 200_000;
const MOST_TOLD = 10;

function describeRound(state: PlanState, id: string | undefined, round: Review): string {
  if (round.state !== "reported") return `was not captured: ${neutralizeLine(round.why ?? "", 300)}`;
  const { reviews } = id === undefined ? state : (taskById(state, id) ?? state);
  const open = blockingFindings(reviews, state.blocks);
  if (open.length === 0) return round.says === "blocked" ? "is blocked, and says of nothing why." : "passed.";
  const more = open.length > MOST_TOLD ? [`- and ${open.length - MOST_TOLD} more: holdfast review list`] : [];
  const lines = open.slice(0, MOST_TOLD).map((finding) => `- ${describeFinding(finding, 200)}`);
  const way = id === undefined ? "" : ` (holdfast task prompt ${id} --fix)`;
  return ["was taken up. What is open has to be fixed" + way + ":", ...lines, ...more].join("\n");
}
