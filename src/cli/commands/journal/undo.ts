import { undo } from "../../../engine/undo.ts";
import type { Run } from "../../command.ts";
import { inline } from "../../text.ts";
import { openWorkspace } from "../../workspace.ts";
import type { undo as spec } from "../journal.ts";

export const undoRecord: Run<typeof spec> = async ({ args }, context) => {
  const { global, out } = context;
  const workspace = await openWorkspace(context);
  if (!workspace.ok) return workspace;
  const undone = await undo(workspace.value, global.plan, args.record);
  if (!undone.ok) return undone;
  const { slug, undone: taken, record } = undone.value;
  if (global.json) return out.printJson({ plan: slug, undone: taken.id, record: record.id });
  const what = [...new Set(taken.events.map(({ type }) => type))].join(", ");
  out.print(`${slug}: took back ${taken.id} (${inline(what)})`);
};
