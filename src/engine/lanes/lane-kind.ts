import type { LaneKind } from "../../plan/state.ts";

/** Words that tell what a side job is; the first kind that has one wins. */
const CUES: readonly (readonly [kind: LaneKind, cues: RegExp])[] = [
  ["review", /\breview(?:s|ed|ing)?\b|审查|评审/],
  [
    "verify",
    /\bverif(?:y|ies|ied|ication)\b|\bvalidat\w*|\bregressions?\b|\bfailing tests?\b|\btest failures?\b|\btriage\b|验证|回归/,
  ],
  [
    "spike",
    /\bspike\b|\bprototyp\w*|\bpoc\b|\bproof of concept\b|\bfeasib\w*|\bcompar(?:e|ing) (?:the )?(?:options|approaches|alternatives)\b|原型|可行性/,
  ],
  [
    "discovery",
    /\binvestigat\w*|\banaly[sz]\w*|\bmap\b|\bscan\b|\bexplor\w*|\bentry points?\b|\bdependenc(?:y|ies)\b|\bresearch\b|\bfind out\b|调研|分析|找入口|排查/,
  ],
  ["catchup", /\bcatch(?:ing)?[ -]?up\b|\bwhat happened since\b/],
];

/** What kind of side job a text describes, by its words; `other` where none tells. */
export function inferLaneKind(text: string): LaneKind {
  const words = text.toLowerCase();
  return CUES.find(([, cues]) => cues.test(words))?.[0] ?? "other";
}

/** What a lane of that kind hands in where nobody says otherwise. */
export const DELIVERABLES: Readonly<Record<LaneKind, string>> = {
  review: "What is risky, what has got worse, and what has to follow.",
  verify: "What fails, the likely cause of each failure, and what to check next.",
  spike: "The options side by side, and which one to take and why.",
  discovery: "The files that matter, where to enter, what depends on what, and the risks.",
  catchup: "Where things stand, what is open, and the next action.",
  other: "What came out, and what should follow from it.",
};
