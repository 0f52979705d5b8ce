import { isoTime } from "../../../context/time.ts";
import { findFinding, findTask } from "../../../plan/decide/find.ts";
import { byPlace } from "../../../plan/graph.ts";
import { placeBeside } from "../../../plan/reviews.ts";
import type { PlanState } from "../../../plan/state.ts";
import type { Run } from "../../command.ts";
import { page } from "../../paging.ts";
import { bold, dim, green, inline, pad, red, type Text } from "../../text.ts";
import { withPlan } from "../../workspace.ts";
import type { list, show } from "../review.ts";
import { findingRow, rowOf } from "./review-row.ts";

type Row = ReturnType<typeof rowOf>;

export const listAll: Run<typeof list> = ({ args, options }, context) =>
  withPlan(context, ({ state, slug }) => {
    const { global, out } = context;
    const task = args.task === undefined || args.task === "plan" ? undefined : findTask(state, args.task);
    if (task !== undefined && "refusal" in task) return { ok: false, refusal: task.refusal };
    const all = args.task === undefined ? rowsOf(state) : [rowOf(state, task?.found)];
    const rows = options.open ? all.map(onlyOpen).filter(isWorthTelling) : all;
    if (global.json) return out.printJson({ plan: slug, ...page(rows, options) });
    const lines = rows.filter(isWorthTelling).flatMap(describe);
    if (lines.length === 0) return out.print(options.open ? "nothing is open" : "nothing was reviewed, or has to be");
    return out.printLines(lines, { ...options, more: "holdfast review list --all" });
  });

function rowsOf(state: PlanState): readonly Row[] {
  const tasks = [...state.tasks.values()].filter(({ status }) => status !== "dropped").sort(byPlace);
  return [rowOf(state, undefined), ...tasks.map((task) => rowOf(state, task))].filter(isWorthTelling);
}

const isWorthTelling = ({ reviewers, findings }: Row): boolean => reviewers.length > 0 || findings.length > 0;

const STANDS: ReadonlySet<string> = new Set(["passed", "waived"]);

const onlyOpen = (row: Row): Row => ({
  ...row,
  reviewers: row.reviewers.filter(({ standing }) => !STANDS.has(standing)),
  findings: row.findings.filter(({ isBlocking }) => isBlocking),
});

function describe({ task, reviewers, findings }: Row): readonly Text[] {
  return [
    bold(task ?? "the plan"),
    ...reviewers.map(({ reviewer, standing, why }): Text => {
      const mark = STANDS.has(standing) ? green("✓") : standing === "blocked" ? red("✗") : dim("·");
      return ["  ", mark, " ", pad(inline(reviewer), 20), ` ${standing}`, why === null ? "" : dim(` (${inline(why)})`)];
    }),
    ...findings.map((finding): Text => {
      const { file, line, message } = finding;
      const where = { ...(file === null ? {} : { file }), ...(line === null ? {} : { line }) };
      const place = placeBeside({ ...where, message });
      const at = place === "" ? "" : `${inline(place)} `;
      const mark = finding.isBlocking ? red("✗") : finding.status === "open" ? dim("·") : green("✓");
      return [
        "  ",
        mark,
        " ",
        bold(finding.id),
        ` ${finding.severity}, ${finding.status}: ${at}${inline(finding.message)}`,
      ];
    }),
  ];
}

export const showOne: Run<typeof show> = ({ args: { id } }, context) =>
  withPlan(context, ({ state, slug }) => {
    const { global, out } = context;
    const known = findFinding(state, id);
    if ("refusal" in known) return { ok: false, refusal: known.refusal };
    const { finding, task } = known.found;
    if (global.json) return out.printJson({ plan: slug, task: task?.id ?? null, finding: findingRow(state, finding) });
    const place = placeBeside({ ...finding, message: "" });
    out.print([bold(finding.id), ` ${finding.severity}, ${finding.status}, of ${task?.id ?? "the plan"}`]);
    if (place !== "") out.print([dim(pad("where", 10)), inline(place)]);
    out.print([dim(pad("found by", 10)), inline(`${finding.reviewer} (${finding.session}), ${isoTime(finding.at)}`)]);
    for (const line of finding.message.split("\n")) out.print(["  ", inline(line)]);
    for (const { state: said, why, at, person, session } of finding.assessments) {
      const reason = why === "" ? "" : `: ${why}`;
      out.print([dim(pad(isoTime(at), 21)), inline(`${said} by ${person ?? session}${reason}`)]);
    }
    return undefined;
  });
