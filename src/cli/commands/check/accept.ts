import { acceptCheck, rejectProposal } from "../../../engine/proof/approve.ts";
import { checkById } from "../../../plan/checks.ts";
import type { Run } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { bold, inline, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { accept, reject } from "../check.ts";
import { commandLine } from "./check-row.ts";

export const acceptOne: Run<typeof accept> = ({ args: { id } }, context) =>
  withWorkspace(context, async (workspace) => {
    const done = await acceptCheck(workspace, context.global.plan, id);
    if (!done.ok) return done;
    const { check, proposal, state } = done.value;
    const now = checkById(state, check);
    const lines: Text[] =
      now === undefined
        ? [["dropped check ", bold(inline(check)), ", as was proposed"]]
        : [
            [
              proposal === undefined ? "accepted: " : "accepted, as was proposed: ",
              bold(check),
              ` ${commandLine(now)}`,
            ],
            ...Object.keys(now.approved?.resolved ?? {}).map((part) => `  ${inline(part)}`),
          ];
    return reportPerformed(context, done.value, lines, { check, dropped: now === undefined });
  });

export const rejectOne: Run<typeof reject> = ({ args: { id }, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const done = await rejectProposal(workspace, context.global.plan, id, options.why);
    if (!done.ok) return done;
    const { check } = done.value;
    return reportPerformed(context, done.value, [[bold(inline(check)), " stays as it was approved"]], { check });
  });
