import { listPlanRows, type PlanRow } from "../../../engine/plans/plan-rows.ts";
import { isoTime } from "../../../context/time.ts";
import type { Run } from "../../command.ts";
import { page } from "../../paging.ts";
import { bold, dim, inline, pad, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { list } from "../plan.ts";

export const listPlans: Run<typeof list> = async ({ options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const rows = listPlanRows(workspace, { withArchived: options.archived || options.all });
    if (!rows.ok) return rows;
    if (global.json) return out.printJson(page(rows.value, options));
    if (rows.value.length === 0) return out.print('no plans here: holdfast plan new "<title>"');
    const shown = rows.value.slice(options.offset ?? 0);
    out.print(bold(columnsOf(HEADINGS, widthsOf(shown))));
    out.printLines(
      shown.map((row) => columnsOf(cellsOf(row), widthsOf(shown))),
      {
        limit: options.limit,
        all: options.all,
        more: "holdfast plan list --all",
      },
    );
  });

type Cells = readonly [
  mark: string,
  slug: string,
  status: string,
  phase: string,
  tasks: string,
  writer: string,
  updated: string,
  title: string,
];

const HEADINGS: Cells = ["", "plan", "status", "phase", "tasks", "writer", "updated", "title"];

const MARK = { writer: "w", observer: "o" } as const;

function cellsOf(row: PlanRow): Cells {
  const mark = `${row.isDefault ? "*" : ""}${row.bound === undefined ? "" : MARK[row.bound]}`;
  const observers = row.observers === 0 ? "" : ` +${row.observers} observing`;
  return [
    mark,
    row.slug,
    row.status,
    inline(row.phase),
    `${row.tasks.done}/${row.tasks.total}`,
    `${row.writer ?? "-"}${observers}`,
    row.updatedAt === 0 ? "-" : isoTime(row.updatedAt),
    inline(row.title),
  ];
}

const widthsOf = (rows: readonly PlanRow[]): readonly number[] =>
  [HEADINGS, ...rows.map(cellsOf)].reduce<readonly number[]>(
    (widths, cells) => cells.map((cell, at) => Math.max(widths[at] ?? 0, cell.length)),
    [],
  );

const columnsOf = (cells: Cells, widths: readonly number[]): Text =>
  cells.map((cell, at): Text => {
    if (at === cells.length - 1) return cell;
    const padded = [pad(cell, widths[at] ?? 0), "  "];
    return at === 6 ? dim(padded) : padded;
  });
