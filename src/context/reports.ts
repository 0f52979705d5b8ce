import type { Blocker, Lane, Spill } from "../plan/state.ts";
import * as commands from "./commands.ts";
import { bullets, indented, joinFile, section } from "./markdown.ts";
import { inlineMarkdown, neutralizeLine } from "./neutralize.ts";
import { isoTime } from "./time.ts";

const LONGEST_PART = 8000;

/** `tasks/<id>/blockers.md`: the newest blocker under the headings that a replan looks for, older ones below it. */
export function renderBlockers({ task, blockers }: Extract<Spill, { kind: "blockers" }>): string {
  const [newest, ...older] = blockers.toReversed();
  if (newest === undefined) return joinFile([`# Blocker Report: ${inlineMarkdown(task, 64)}`, "Nothing blocks it."]);
  return joinFile([
    `# Blocker Report: ${inlineMarkdown(task, 64)}`,
    `Since ${isoTime(newest.at)}, by ${inlineMarkdown(newest.session, 80)}.`,
    ...blockerParts(newest, "##"),
    ...older.flatMap((blocker) => [
      `## Earlier: ${isoTime(blocker.at)}, by ${inlineMarkdown(blocker.session, 80)}`,
      ...blockerParts(blocker, "###"),
    ]),
  ]);
}

const blockerParts = ({ tried, why, resolve }: Blocker, level: string): readonly string[] => [
  `${level} What Was Attempted\n\n${indented(tried, LONGEST_PART, "")}`,
  `${level} Why It Failed\n\n${indented(why, LONGEST_PART, "")}`,
  `${level} Suggested Resolution\n\n${indented(resolve, LONGEST_PART, "")}`,
];

/** `lanes/<id>/brief.md`: what a side job is to find out, within which bounds, and how to hand it in. */
export function renderLaneBrief(lane: Lane): string {
  const id = neutralizeLine(lane.id, 64);
  return joinFile([
    `# Lane: ${inlineMarkdown(lane.title)}`,
    `- **Lane:** ${inlineMarkdown(lane.id, 64)}\n- **Kind:** ${lane.kind}\n- **Opened by:** ${inlineMarkdown(lane.session, 80)}, ${isoTime(lane.at)}`,
    section("Goal", lane.goal === undefined ? "" : indented(lane.goal, LONGEST_PART, ""), inlineMarkdown(lane.title)),
    section("Constraints", bullets(lane.constraints)),
    section(
      "Deliverable",
      lane.deliverable === undefined ? "" : indented(lane.deliverable, LONGEST_PART, ""),
      "A summary.",
    ),
    section("Success Criteria", bullets(lane.success), "The goal is answered, with the evidence for it."),
    section(
      "Boundaries",
      "A lane changes nothing of the plan: no task, no brief, no generated file. What it finds, the plan's writer promotes.",
    ),
    section(
      "Report",
      `- what you find: in result.md beside this file; what stands under Recommended Promotion can become findings of the plan\n- when it is done: \`${commands.completeLane(id)}\`\n- when it cannot go on: \`${commands.blockLane(id)}\``,
    ),
  ]);
}
