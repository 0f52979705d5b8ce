import type { Blocker, Lane, PlanState, Task } from "../plan/state.ts";
import { renderAcceptance } from "./acceptance.ts";
import { listHotLines } from "./hot-lines.ts";
import { bullets, indented, joinFile, section } from "./markdown.ts";
import { escapeMarkdown, inlineMarkdown } from "./neutralize.ts";
import { type Survey, surveyTasks } from "./survey.ts";
import { isoTime } from "./time.ts";

/** Tasks of a wave that are listed one by one; TODO_LIST.md has them all. */
const SHOWN_TASKS = 20;
const SHOWN_WAVES = 6;
const SHOWN_LANES = 20;
const SHOWN_DECISIONS = 50;
const SHOWN_BLOCKERS = 20;

/** task_plan.md: what the plan is and where it stands, the hot context first. */
export function renderTaskPlan(state: PlanState, survey: Survey = surveyTasks(state)): string {
  const { brief } = state;
  return joinFile([
    `# ${inlineMarkdown(state.title)}`,
    section("Hot Context", renderHotBullets(state, survey)),
    section("Goal", brief.goal === undefined ? "" : indented(brief.goal, 4000, ""), "Not recorded yet."),
    section("Non-Goals", bullets(brief.nonGoals)),
    section("Acceptance Criteria", renderAcceptance(state), "Not recorded yet."),
    section("Constraints", bullets(brief.constraints)),
    section("Open Questions", bullets(brief.openQuestions)),
    section("Edge Cases", bullets(brief.edgeCases)),
    section("Definition of Done", renderDone(state), "Not recorded yet."),
    section("Phases", renderPhases(state)),
    section("Waves", renderWaves(survey), "No open tasks."),
    section("Lanes", [...state.lanes.values()].slice(-SHOWN_LANES).toReversed().map(laneLine).join("\n")),
    section("Decision Log", renderDecisions(state), "None yet."),
    section("Blockers and Failures", renderBlockersAndFailures(state)),
  ]);
}

/** The facts of the hot context as list items: the same that a model is given, without a session's own. */
const renderHotBullets = (state: PlanState, survey: Survey): string =>
  listHotLines(state, {}, survey)
    .map(({ label, texts }) => `- **${label}:** ${escapeMarkdown(texts[0] ?? "")}`)
    .join("\n");

function renderDone({ brief }: PlanState): string {
  const proofs = brief.verification.map((item) => `Verify: ${item}`);
  return bullets([...(brief.doneWhen === undefined ? [] : [brief.doneWhen]), ...proofs]);
}

const renderPhases = (state: PlanState): string =>
  state.phases
    .map(({ id, title, status, doneWhen }) => {
      const here = id === state.phase ? " (current)" : "";
      const conditions = doneWhen.map((item) => `\n  - ${inlineMarkdown(item, 400)}`).join("");
      return `- **${inlineMarkdown(title || id, 120)}**: ${status.replace("_", " ")}${here}${conditions}`;
    })
    .join("\n");

function renderWaves({ open }: Survey): string {
  const waves = new Map<number, Task[]>();
  for (const task of open) {
    const list = waves.get(task.wave);
    if (list) list.push(task);
    else waves.set(task.wave, [task]);
  }
  const shown = [...waves].slice(0, SHOWN_WAVES).map(([wave, tasks]) => {
    const lines = tasks.slice(0, SHOWN_TASKS).map(taskLine);
    const more = tasks.length > lines.length ? [`- and ${tasks.length - lines.length} more: see TODO_LIST.md`] : [];
    return `### Wave ${wave}\n\n${[...lines, ...more].join("\n")}`;
  });
  if (waves.size > shown.length) shown.push(`And ${waves.size - shown.length} more waves: see TODO_LIST.md.`);
  return shown.join("\n\n");
}

function taskLine(task: Task): string {
  const holder = task.claim === undefined ? "" : ` (${inlineMarkdown(task.claim.session, 80)})`;
  return `- **${inlineMarkdown(task.id, 64)}** ${inlineMarkdown(task.title, 160)}: ${task.status.replace("_", " ")}${holder}`;
}

function laneLine({ id, kind, title, status, summary, why }: Lane): string {
  const outcome = summary ?? why;
  return `- **${inlineMarkdown(id, 64)}** (${kind}, ${status}): ${inlineMarkdown(title, 160)}${outcome === undefined ? "" : ` → ${inlineMarkdown(outcome, 240)}`}`;
}

function renderDecisions({ entries }: PlanState): string {
  const standing = entries.decision.recent.filter(({ retracted }) => retracted !== true).slice(-SHOWN_DECISIONS);
  const lines = standing.toReversed().map(({ at, text, why, untrusted }) => {
    const because = why === undefined ? "" : ` (because ${inlineMarkdown(why, 400)})`;
    return `- ${isoTime(at)} ${untrusted === true ? "(from outside) " : ""}${inlineMarkdown(text, 600)}${because}`;
  });
  const older = entries.decision.count - entries.decision.recent.length;
  return [...lines, ...(older > 0 ? [`- ${older} older: see findings.md`] : [])].join("\n");
}

function renderBlockersAndFailures(state: PlanState): string {
  // What once blocked the plan stays in the state; only what still does is said here.
  const current = state.status === "blocked" ? state.blockers.slice(-1) : [];
  const items: string[] = current.map((blocker) => blockerLine("The plan", blocker));
  for (const task of state.tasks.values()) {
    if (items.length >= SHOWN_BLOCKERS) break;
    const id = inlineMarkdown(task.id, 64);
    const blocker = task.blockers.at(-1);
    if (task.status === "blocked" && blocker !== undefined) items.push(blockerLine(id, blocker));
    if (task.status === "failed") {
      items.push(`- **${id}** failed: ${inlineMarkdown(task.failure?.why ?? "no reason was given", 400)}`);
    }
  }
  return items.join("\n");
}

const blockerLine = (what: string, { at, tried, why, resolve }: Blocker): string =>
  `- **${what}** blocked since ${isoTime(at)}: ${inlineMarkdown(why, 400)}\n  - Tried: ${inlineMarkdown(tried, 400)}\n  - Would be resolved by: ${inlineMarkdown(resolve, 400)}`;
