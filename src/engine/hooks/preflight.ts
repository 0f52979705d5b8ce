import type { Role } from "../../plan/record.ts";
import type { LaneKind } from "../../plan/state.ts";
import { inferLaneKind } from "../lanes/lane-kind.ts";

/** What a conversation should see to before it starts a subagent that was given no task of the plan. */
export type PreflightDecision = "routing-only" | "payload-only" | "lane-recommended" | "lane-required";

export interface Preflight {
  readonly decision: PreflightDecision;
  /** One sentence, where a lane is asked for. */
  readonly why?: string;
  readonly kind?: LaneKind;
}

export interface PreflightInput {
  readonly prompt: string;
  /** What the conversation is to the plan it works on; undefined where it works on none. */
  readonly role?: Role;
  /** The prompt looks like other work than the plan's. */
  readonly isElsewhere?: boolean;
}

/** What has to outlive the conversation, or holds something up: only a lane keeps that. */
const REQUIRED: readonly (readonly [why: string, cue: RegExp])[] = [
  [
    "its result is to be there after this conversation",
    /\b(?:surviv\w*|after) (?:a |the )?(?:context loss|compaction)\b|\bpromote (?:it )?later\b|\breview (?:it )?later before promot\w*|上下文丢失后|稍后提升/i,
  ],
  [
    "the plan's end is to wait for it",
    /\bbefore (?:it is |we are |being )?(?:done|archiv\w*)\b|\bblocks? (?:done|archiv\w*)\b|\bgate (?:the )?closeout\b|完成之前|归档之前/i,
  ],
  [
    "its state is to be followed",
    /\bdurable lifecycle\b|\blifecycle state\b|\btrack (?:its |the )?lifecycle\b|\bresume and promote\b|\bblocked,? then resume\b|生命周期/i,
  ],
];

const RECOMMENDED: readonly (readonly [why: string, cue: RegExp])[] = [
  [
    "it is to be taken up again later",
    /\b(?:resume|pick (?:it |this )?up|follow up) later\b|\blater session\b|以后继续|稍后继续/i,
  ],
  [
    "it is to hand in something to keep",
    /\bwrite (?:it |this )?up\b|\b(?:a|the) (?:report|summary|matrix)\b|\bresearch notes\b|\brecord (?:the )?findings\b|报告|总结|矩阵/i,
  ],
  [
    "it goes over several repositories or runs beside others",
    /\b(?:multiple|several|across|each|every) (?:the )?repos(?:itor(?:y|ies))?\b|\bin parallel\b|多个仓库|每个仓库|并行/i,
  ],
];

const KINDS_WORTH_KEEPING: ReadonlySet<LaneKind> = new Set(["review", "verify", "spike", "discovery"]);

/** Judges a subagent's prompt by what it says. Words are matched whole: a preview is no review. */
export function decidePreflight({ prompt, role, isElsewhere = false }: PreflightInput): Preflight {
  const text = prompt.trim().slice(0, 20_000);
  if (text === "" || role === undefined) return { decision: "routing-only" };
  const kind = inferLaneKind(text.slice(0, 2_000));
  if (role === "observer") {
    return { decision: "lane-required", kind, why: "an observer may have work done in lanes only" };
  }
  if (isElsewhere) return { decision: "routing-only" };
  const required = REQUIRED.find(([, cue]) => cue.test(text));
  if (required !== undefined) return { decision: "lane-required", kind, why: required[0] };
  const recommended = RECOMMENDED.find(([, cue]) => cue.test(text));
  if (recommended !== undefined) return { decision: "lane-recommended", kind, why: recommended[0] };
  if (KINDS_WORTH_KEEPING.has(kind)) return { decision: "lane-recommended", kind, why: `it is a ${kind}` };
  return { decision: "payload-only" };
}

/** The decision as a line for the model that starts the subagent; empty where there is nothing to say. */
export function renderPreflight({ decision, why, kind }: Preflight): string {
  if (decision === "routing-only" || decision === "payload-only" || why === undefined) return "";
  const lane = `\`holdfast lane create "<title>"${kind === undefined || kind === "other" ? "" : ` --kind ${kind}`} --start\``;
  return decision === "lane-required"
    ? `Holdfast: keep this subagent's work in a lane, since ${why}: ${lane}.`
    : `Holdfast: a lane would keep what this subagent finds (${why}): ${lane}.`;
}
