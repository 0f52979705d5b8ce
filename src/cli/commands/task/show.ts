import { cutChars } from "../../../context/neutralize.ts";
import { renderSummary } from "../../../context/task-summary.ts";
import { checkLines, reviewLines } from "../../../context/task-seen.ts";
import { isoTime } from "../../../context/time.ts";
import { explainFields, viewTask, type FieldSource, type TaskView } from "../../../engine/tasks/task-view.ts";
import { findTask } from "../../../plan/decide/find.ts";
import { readyTasks } from "../../../plan/graph.ts";
import { refused } from "../../../plan/refusal.ts";
import { placeBeside, type ReviewFinding } from "../../../plan/reviews.ts";
import type { Task } from "../../../plan/state.ts";
import { suggest } from "../../../plan/suggest.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { bold, dim, inline, pad, type Text } from "../../text.ts";
import { withPlan } from "../../workspace.ts";
import type { show } from "./plan-specs.ts";
import { named } from "./report.ts";
import { standing } from "./tasks-text.ts";

export const showTask: Run<typeof show> = ({ args, options }, context) =>
  withPlan(context, (store, workspace) => {
    const { global, out } = context;
    const { state } = store;
    const found = findTask(state, args.id);
    if ("refusal" in found) return { ok: false, refusal: found.refusal };
    const task = found.found;
    const view = viewTask(store, task, workspace.now());
    if (options.field !== undefined) return printField(context, view, options.field);
    const why = options.why ? explainFields(store, task) : undefined;
    if (why?.ok === false) return why;
    if (global.json) {
      return out.printJson({ plan: state.slug, revision: state.revision, task: view, ...(why && { why: why.value }) });
    }
    const stands = standing(task, { now: workspace.now(), ready: new Set(readyTasks(state)) });
    const lines = why === undefined ? viewLines(task, view, stands) : [named(task), ...sourceLines(why.value)];
    out.printLines(lines, { all: options.all, more: `holdfast task show ${task.id} --all` });
  });

function printField({ global, out }: Context, view: TaskView, name: string): Outcome {
  const known = Object.keys(view);
  if (!known.includes(name)) {
    const near = suggest(name, known);
    return refused("no-such-field", `${view.id} has no ${JSON.stringify(name)}`, {
      hint: near.length > 0 ? `did you mean ${near.join(", ")}?` : `one of ${known.join(", ")}`,
    });
  }
  const value = view[name as keyof TaskView];
  if (global.json) return out.printJson(value);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const lines = values.map((each) => (typeof each === "string" ? each : JSON.stringify(each)));
  out.printLines(lines, { all: true, more: "" });
}

type Section = readonly [heading: string, lines: readonly Text[]];

function viewLines(task: Task, view: TaskView, stands: string): readonly Text[] {
  const head: Text[] = [named(task), dim(`${stands}; wave ${task.wave}, since ${isoTime(task.statusAt)}`)];
  const sections = [...whatItIs(view), ...howItStands(view), ...whatHappened(view)];
  return [
    ...head,
    ...sections.flatMap(([heading, lines]) => (lines.length === 0 ? [] : ["", bold(heading), ...lines.map(indent)])),
  ];
}

const indent = (line: Text): Text => ["  ", line];
const block = (text: string): readonly Text[] => text.trimEnd().split("\n");
const relative = ({ id, title, status }: TaskView["parents"][number]): Text =>
  `${id} (${status})  ${cutChars(inline(title), 72)}`;

function whatItIs(view: TaskView): readonly Section[] {
  const facts = {
    kind: view.kind,
    agent: view.agent,
    model: view.model,
    "prompt prefix": view.promptPrefix,
    "given id": view.givenId,
  };
  const known = Object.entries({ ...facts, priority: String(view.priority) }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${inline(value)}`],
  );
  return [
    ["Description", view.description === undefined ? [] : block(view.description)],
    ["Facts", known],
    ["Touches", view.touches.map(inline)],
    ["Outputs go to", view.outputPaths.map(inline)],
    ["Steps", view.steps.map(({ number, text, done }) => `${number}. [${done ? "x" : " "}] ${inline(text)}`)],
    ["Parents", view.parents.map(relative)],
    ["Children", view.children.map(relative)],
    [
      "Other fields",
      Object.entries(view.extra ?? {}).map(([name, value]) => inline(`${name}: ${JSON.stringify(value)}`)),
    ],
  ];
}

function openFinding(finding: ReviewFinding): Text {
  const place = inline(placeBeside(finding));
  const what = cutChars(inline(finding.message), 160);
  return `${finding.id} ${finding.severity}, by ${inline(finding.reviewer)}: ${place === "" ? "" : `${place} `}${what}`;
}

function howItStands(view: TaskView): readonly Section[] {
  const { claim, rival, waits, blockers, failure, retryNote, confidence, reviewers, reviews, newTests } = view;
  const holder = (held: NonNullable<TaskView["claim"]>): readonly Text[] => [
    `${held.session}${held.worker === undefined ? "" : ` (worker ${held.worker})`}, attempt ${held.number}, since ${isoTime(held.since)}`,
    `lease ${held.expired ? "ran out at" : "until"} ${isoTime(held.leaseEndsAt)}`,
    `fence ${held.fence}`,
    ...Object.entries(held.base?.commits ?? {}).map(
      ([repo, commit]) => `began on ${inline(repo)} ${commit.slice(0, 12)}`,
    ),
  ];
  const blocker = blockers.at(-1);
  const doubt = confidence === undefined ? [] : [`${confidence.score}/5: ${inline(confidence.why)}`];
  if (confidence?.waived !== undefined) doubt.push(`waived: ${inline(confidence.waived)}`);
  return [
    ["Held by", claim === undefined ? [] : holder(claim)],
    ["Also held, in another clone, by", rival === undefined ? [] : holder(rival)],
    ["Waits for", waits.map(inline)],
    [
      blockers.length > 1 ? `Blocker (the last of ${blockers.length})` : "Blocker",
      blocker === undefined
        ? []
        : [`tried: ${inline(blocker.tried)}`, `why: ${inline(blocker.why)}`, `resolve: ${inline(blocker.resolve)}`],
    ],
    ["Failed", failure === undefined ? [] : [inline(failure.why)]],
    ["For the next attempt", retryNote === undefined ? [] : [inline(retryNote)]],
    ["Confidence", doubt],
    ["Checks", checkLines(view)],
    ["Reviews", reviewLines(view)],
    ["Has to be reviewed by", (reviewers ?? []).map(inline)],
    ["Has to add", newTests === true ? ["tests that run, pass and assert something"] : []],
    ["Open review findings", (reviews?.findings ?? []).filter(({ status }) => status === "open").map(openFinding)],
  ];
}

function whatHappened({ attempts, attemptCount, outputs, log, summary }: TaskView): readonly Section[] {
  const ended = attempts.map(({ number, session, end, endedAt, note }) => {
    const when = endedAt === undefined ? "" : ` at ${isoTime(endedAt)}`;
    return `${number}. ${session}: ${end ?? "ended"}${when}${note === undefined ? "" : `: ${inline(note)}`}`;
  });
  return [
    ["What came of it", summary === undefined ? [] : renderSummary(summary)],
    [`Attempts: ${attemptCount}`, ended],
    [
      "Outputs",
      outputs.map(({ path, bytes, summary }) => `${path} (${bytes} bytes)  ${cutChars(inline(summary), 72)}`),
    ],
    ["Log", log.map(({ at, session, text }): Text => [dim(`${isoTime(at)} ${session}  `), inline(text)])],
  ];
}

function sourceLines(sources: readonly FieldSource[]): readonly Text[] {
  const width = Math.max(...sources.map(({ field }) => field.length));
  return sources.map(({ field, value, stamp, record, at, by, events }) => {
    const said = typeof value === "string" ? value : JSON.stringify(value);
    const from =
      record === undefined
        ? `${stamp}, which this journal does not have`
        : `${record} (${stamp}) ${isoTime(at ?? 0)} ${by?.session}${by?.role === "writer" ? "" : ` as ${by?.role}`}: ${events?.join(", ")}`;
    return [pad(bold(field), width), "  ", cutChars(inline(said), 60), dim(`  ← ${inline(from)}`)];
  });
}
