import { isoTime } from "../../../context/time.ts";
import { viewPlan, type PlanView } from "../../../engine/plans/plan-view.ts";
import type { Brief } from "../../../plan/state.ts";
import type { Input, Run } from "../../command.ts";
import { planNamed } from "../../plan-name.ts";
import { bold, dim, inline, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { show } from "../plan.ts";
import { describeMissing } from "./brief.ts";

export const showPlan: Run<typeof show> = async ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const name = planNamed(args.slug, global.plan);
    if (!name.ok) return name;
    const store = workspace.plan(name.value, { isReading: true });
    if (!store.ok) return store;
    const view = viewPlan(store.value.state, store.value.layout.folder, workspace.actor.session);
    store.value.close();
    if (options.field !== undefined) return out.print(inline(fieldOf(view, options.field)));
    if (global.json) return out.printJson(view);
    out.printLines(describe(view), { more: `holdfast plan show ${view.slug} --json` });
  });

type Field = NonNullable<Input<typeof show>["options"]["field"]>;

function fieldOf(view: PlanView, field: Field): string {
  switch (field) {
    case "slug":
    case "title":
    case "type":
    case "status":
    case "phase":
    case "dir":
      return view[field];
    case "goal":
      return view.brief.goal ?? "";
    case "done-when":
      return view.brief.doneWhen ?? "";
    case "next":
      return view.nextAction?.what ?? "";
    case "next-file":
      return view.nextAction?.file ?? "";
    case "revision":
      return String(view.revision);
    case "brief":
      return view.briefQuality;
    default: {
      const never: never = field;
      return never;
    }
  }
}

const PHASE_MARKS = { pending: "·", in_progress: "→", complete: "✓", blocked: "!" } as const;

function describe(view: PlanView): readonly Text[] {
  const proof = view.proof === undefined ? "" : ` (${view.proof})`;
  const also = view.aliases.length === 0 ? "" : `, also ${view.aliases.join(", ")}`;
  const { nextAction: next, tasks, conflicts, waivers } = view;
  const lines: Text[] = [
    [bold(inline(view.title)), ` (${view.slug}${also})`],
    `${view.type}, ${view.status}${proof}, revision ${view.revision}, changed ${isoTime(view.updatedAt)}`,
    `phases: ${view.phases.map(({ title, status }) => `${PHASE_MARKS[status]} ${inline(title)}`).join("  ")}`,
    `tasks: ${tasks.done} done, ${openCount(tasks)} open`,
    `folder: ${view.dir}`,
  ];
  if (view.repos.length > 0) lines.push(`repositories: ${view.repos.join(", ")}`);
  if (next !== undefined) {
    lines.push(
      `next: ${inline(next.what)}${next.file === undefined ? "" : ` (file: ${inline(next.file)})`}${next.computed ? COMPUTED : ""}`,
    );
  }
  lines.push("", ...describeBrief(view.brief));
  const missing = describeMissing(view.brief);
  if (missing !== undefined) lines.push(missing);
  lines.push(
    ...section(
      "Blockers",
      // Those before the last were resolved: the plan has been resumed since.
      view.status === "blocked" ? view.blockers.slice(-1).map(({ why, resolve }) => `${why} → ${resolve}`) : [],
    ),
    ...section(
      "Decisions",
      view.decisions.toReversed().map(({ text, why }) => `${text}${why === undefined ? "" : ` (because ${why})`}`),
    ),
    ...section(
      "Waivers",
      waivers.map(({ subject, target, why, person }) => `${subject} of ${target}, by ${person}: ${why}`),
    ),
    ...section(
      "Conflicts to settle",
      conflicts.map(({ id, message }) => `${id}: ${message}`),
    ),
  );
  return lines;
}

const COMPUTED = " (computed)";

const openCount = (tasks: PlanView["tasks"]): number =>
  Object.values(tasks).reduce((sum, count) => sum + count, 0) - tasks.done - tasks.dropped;

const BRIEF_LISTS = [
  ["acceptance", "Acceptance"],
  ["constraints", "Constraints"],
  ["nonGoals", "Non-goals"],
  ["openQuestions", "Open questions"],
  ["edgeCases", "Edge cases"],
  ["verification", "Verification"],
] as const satisfies readonly (readonly [keyof Brief, string])[];

function describeBrief(brief: Brief): readonly Text[] {
  const lines: Text[] = [];
  if (brief.goal) lines.push(`Goal: ${inline(brief.goal)}`);
  if (brief.doneWhen) lines.push(`Done when: ${inline(brief.doneWhen)}`);
  for (const [field, heading] of BRIEF_LISTS) {
    if (brief[field].length === 0) continue;
    lines.push(heading, ...brief[field].map((item, at) => `  ${at + 1}. ${inline(item)}`));
  }
  return lines;
}

function section(heading: string, items: readonly string[]): readonly Text[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, 20).map((item): Text => `  - ${inline(item)}`);
  return ["", bold(heading), ...shown, ...(items.length > 20 ? [dim(`  … ${items.length - 20} more`)] : [])];
}
