import { perform } from "../../../engine/perform.ts";
import type { Run } from "../../command.ts";
import { page } from "../../paging.ts";
import { bold, dim, inline } from "../../text.ts";
import { withPlan, withWorkspace } from "../../workspace.ts";
import type { conflicts, settle } from "../journal.ts";

export const listConflicts: Run<typeof conflicts> = ({ options }, context) =>
  withPlan(context, ({ state, slug }) => {
    const { global, out } = context;
    const found = state.conflicts.filter(({ settled }) => options.all || settled === undefined);
    if (global.json) return out.printJson({ plan: slug, ...page(found, { all: true }) });
    if (found.length === 0) return out.print(`${slug}: no open conflicts`);
    for (const { id, kind, message, kept, lost, settled } of found) {
      out.print([bold(id), ` ${kind}: ${inline(message)}`]);
      out.print(dim(`  kept ${kept.stamp}${valueOf(kept)}; lost ${lost.stamp}${valueOf(lost)}`));
      if (settled !== undefined) out.print(dim(`  settled by ${settled.by}: ${settled.take}, ${inline(settled.why)}`));
    }
    if (found.some(({ settled }) => settled === undefined)) {
      out.print('a person settles one: holdfast journal settle <conflict> --take <kept|lost> --why "…"');
    }
    return undefined;
  });

const valueOf = ({ value }: { readonly value?: unknown }): string =>
  value === undefined ? "" : ` ${inline(JSON.stringify(value)).slice(0, 200)}`;

export const settleConflict: Run<typeof settle> = ({ args, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const { take, why } = options;
    const done = await perform(workspace, global.plan, {
      type: "settle-conflict",
      conflict: args.conflict,
      take,
      why,
    });
    if (!done.ok) return done;
    const { slug } = done.value;
    if (global.json) return out.printJson({ plan: slug, conflict: args.conflict, take });
    out.print(`${slug}: settled ${args.conflict}: ${take}`);
    return undefined;
  });
