import { trustCheck as trust, trustEvidence } from "../../../engine/proof/check-trust.ts";
import { isoTime } from "../../../context/time.ts";
import type { Workspace } from "../../../engine/workspace.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { bold, inline } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";
import type { trust as spec } from "../check.ts";
import { commandLine, describeEvidence } from "./check-row.ts";

export const trustCheck: Run<typeof spec> = ({ args: { id }, options }, context) =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    if (options.evidence) return trustRun(id, context, workspace);
    const done = await trust(workspace, global.plan, id);
    if (!done.ok) return done;
    const { check, isNew } = done.value;
    if (global.json) return out.printJson({ check: check.id, command: check.command, trusted: true });
    out.print(commandLine(check));
    const { dir, env } = check;
    if (dir !== undefined) out.print(`in ${inline(dir)}`);
    for (const [name, value] of Object.entries(env)) out.print(`with ${inline(name)}=${inline(value)}`);
    return out.print([isNew ? "trusted " : "trusted already: ", bold(check.id)]);
  });

async function trustRun(id: string, { global, out }: Context, workspace: Workspace): Promise<Outcome> {
  const done = await trustEvidence(workspace, global.plan, id);
  if (!done.ok) return done;
  const { check, evidence, isNew } = done.value;
  if (global.json)
    return out.printJson({ check: check.id, command: check.command, evidence: evidence.id, trusted: true });
  out.print(`${commandLine(check)}: ${describeEvidence(evidence)}`);
  const machine = evidence.machine === undefined ? "" : ` on ${inline(evidence.machine)}`;
  out.print(`recorded ${isoTime(evidence.at)} by ${inline(evidence.session)}${machine}`);
  return out.print([isNew ? "trusted: " : "counts already: ", "the last run of ", bold(check.id)]);
}
