import { textBesideId } from "../plan/criteria.ts";
import { blockingFindings, placeBeside, sameReviewer, type ReviewFinding } from "../plan/reviews.ts";
import type { PlanState, Task } from "../plan/state.ts";
import { neutralizeBlock, neutralizeLine } from "./neutralize.ts";

/** What a reviewer is asked. Its first lines say to Holdfast whose review ends with the subagent that gets it. */
export function renderReviewPrompt(
  state: PlanState,
  task: Task | undefined,
  reviewer: string,
  files: readonly string[] = [],
): string {
  const id = neutralizeLine(task?.id ?? "plan", 64);
  const open = blockingFindings((task ?? state).reviews, state.blocks).filter((finding) =>
    sameReviewer(finding.reviewer, reviewer),
  );
  return [
    `**Review:** ${id}`,
    `**Reviewer:** ${neutralizeLine(reviewer, 64)}`,
    `**Plan:** ${neutralizeLine(state.title, 120)} (${neutralizeLine(state.slug, 80)})`,
    "",
    task === undefined ? renderGoal(state) : renderTask(task, files),
    ...(open.length === 0 ? [] : ["", "## Found before", "", EARLIER, "", ...open.map(earlierLine)]),
    "",
    "## How to end",
    "",
    ENDING.replace("{severity}", state.blocks),
    "",
    "### Machine Summary",
    "CRITICAL_COUNT: {n}",
    "HIGH_COUNT: {n}",
    "ADVISORY_COUNT: {n}",
    "CRITICAL: {path:line, and what is wrong}",
    "HIGH: {path:line, and what is wrong}",
    "ADVISORY: {path:line, and what would be better}",
    ...open.map(({ id: finding }) => `{RESOLVED or STILL_THERE}: ${finding} {what shows it}`),
    "",
  ].join("\n");
}

const EARLIER = "Say of each of these what became of it; without that the review is not taken.";
const ENDING =
  "Change nothing, of the code or of the plan. End your last message with this block, filled in: a line for each thing you found, each count as many as there are lines, nothing but the counts where there is nothing. MEDIUM and LOW go the same way. What is {severity} or worse has to be fixed before the work is done.";

const earlierLine = (finding: ReviewFinding): string => `- ${describeFinding(finding, 400)}`;

/** `R1 (critical, src/a.ts:3): what is wrong`, the place unless the text names it, fit to be shown to a model. */
export function describeFinding(finding: ReviewFinding, maxChars: number): string {
  const { id, severity, message } = finding;
  const place = neutralizeLine(placeBeside(finding), 140);
  return `${id} (${severity}${place === "" ? "" : `, ${place}`}): ${neutralizeLine(message, maxChars)}`;
}

function renderTask(task: Task, files: readonly string[]): string {
  const touched = files.length > 0 ? files : task.touches;
  const where = touched.slice(0, MOST_FILES).map((file) => `- ${neutralizeLine(file, 200)}`);
  const more = touched.length - where.length;
  return [
    `Review what was done for the task "${neutralizeLine(task.title, 200)}", and nothing else. It was asked to do this:`,
    "",
    neutralizeBlock(task.description?.trim() || task.title, { maxChars: 4000 }),
    ...(where.length === 0 ? [] : ["", files.length > 0 ? "It changed:" : "It was to change:", "", ...where]),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join("\n");
}

const MOST_FILES = 60;

const renderGoal = ({ title, brief, criteria }: PlanState): string =>
  [
    `Review the work of the plan "${neutralizeLine(title, 200)}" as a whole.`,
    ...(brief.goal === undefined ? [] : ["", neutralizeBlock(brief.goal, { maxChars: 2000 })]),
    ...criteria
      .slice(0, MOST_FILES)
      .map((criterion) => `- ${neutralizeLine(`${criterion.id}: ${textBesideId(criterion)}`, 300)}`),
  ].join("\n");
