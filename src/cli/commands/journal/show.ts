import { readHistory, type HistoryLine } from "../../../engine/plans/history.ts";
import type { Run } from "../../command.ts";
import { page } from "../../paging.ts";
import { bold, dim, inline, red, type Text } from "../../text.ts";
import { withPlan } from "../../workspace.ts";
import type { show } from "../journal.ts";

const DEFAULT_LAST = 20;

export const showJournal: Run<typeof show> = ({ options }, context) =>
  withPlan(context, ({ slug }, workspace) => {
    const { global, out } = context;
    const last = options.all || options.record !== undefined ? {} : { last: options.last ?? DEFAULT_LAST };
    const lines = readHistory(workspace, slug, {
      ...last,
      ...(options.task === undefined ? {} : { task: options.task }),
      ...(options.record === undefined ? {} : { record: options.record }),
    });
    if (!lines.ok) return lines;
    if (global.json) {
      const items = lines.value.map(({ record, tasks, refusal }) => ({
        ...record,
        tasks,
        ...(refusal && { refusal }),
      }));
      return out.printJson({ plan: slug, ...page(items, { all: true }) });
    }
    const limit = options.all ? { all: true } : {};
    const shown = lines.value.flatMap((line) => describe(line, options.record !== undefined));
    return out.printLines(shown, { ...limit, more: "holdfast journal show --all" });
  });

function describe({ record, tasks, refusal, isNewer }: HistoryLine, isWhole: boolean): readonly Text[] {
  const at = new Date(record.at).toISOString().slice(0, 19);
  const what = [...new Set(record.events.map(({ type }) => type))].join(", ");
  const about = tasks.length === 0 ? "" : ` ${tasks.slice(0, 5).join(", ")}${tasks.length > 5 ? " …" : ""}`;
  const head: Text = [
    dim(`${record.clone}:${record.ordinal} ${at}Z `),
    bold(record.id),
    ` ${record.by.session} `,
    inline(what + about),
  ];
  const newer = isNewer === true ? dim(" of a newer Holdfast: not in the state") : "";
  const lines: Text[] = [refusal === undefined ? [head, newer] : [head, red(` refused: ${inline(refusal.message)}`)]];
  if (isWhole) lines.push(...JSON.stringify(record.events, undefined, 2).split("\n"));
  return lines;
}
