import { undo } from "../../../engine/records/undo.ts";
import type { Run } from "../../command.ts";
import { inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { undo as spec } from "../journal.ts";

export const undoRecord: Run<typeof spec> = ({ args }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const undone = await undo(workspace, global.plan, args.record);
    if (!undone.ok) return undone;
    const { slug, undone: taken, record } = undone.value;
    if (global.json) return out.printJson({ plan: slug, undone: taken.id, record: record.id });
    const what = [...new Set(taken.events.map(({ type }) => type))].join(", ");
    return out.print(`${slug}: took back ${taken.id} (${inline(what)})`);
  });
