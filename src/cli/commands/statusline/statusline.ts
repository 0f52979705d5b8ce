import { statusLineOf } from "../../../engine/sessions/status-line.ts";
import { Workspace } from "../../../engine/workspace.ts";
import type { Context, Run } from "../../command.ts";
import { readStdin } from "../../stdin.ts";
import { callerOf } from "../../workspace.ts";
import type { statusline as spec } from "../statusline.ts";

/** A host shows what comes, so what goes wrong is an empty line. */
export const printStatusLine: Run<typeof spec> = async (_input, context) => {
  if (context.io.env["HOLDFAST"] === "off") return;
  const caller = callerOf(context);
  const told = await readPayload(context);
  const session = caller.session ?? told?.session;
  const cwd = told?.cwd ?? caller.cwd;
  const workspace = await Workspace.open({ ...caller, cwd, ...(session === undefined ? {} : { session }) });
  if (!workspace.ok) return;
  try {
    const contextUse = told?.contextUse;
    const line = await statusLineOf(workspace.value, { cwd, ...(contextUse === undefined ? {} : { contextUse }) });
    if (line !== "") context.out.print(line);
  } finally {
    workspace.value.close();
  }
};

async function readPayload({ io }: Context) {
  if (io.stdin.isTTY === true) return undefined;
  const input = await readStdin(io);
  if (!input.ok || input.value.trim() === "") return undefined;
  const { readStatus } = await import("../../../hosts/claude/status.ts");
  try {
    return readStatus(JSON.parse(input.value));
  } catch {
    return undefined;
  }
}
