import { continueTurn } from "../../src/engine/continuation/continuation.ts";
import { Workspace } from "../../src/engine/workspace.ts";

/** Ends a turn of the session that is named, says what came of it, and waits to be killed. The turn may have a name. */
async function endTurn(session = "", id?: string): Promise<void> {
  const workspace = await Workspace.open({ cwd: process.cwd(), env: process.env });
  if (!workspace.ok) throw new Error(workspace.refusal.message);
  const named = id === undefined ? {} : { id };
  const turn = { session, ending: "clean", isContinued: false, backgroundTasks: 0, ...named } as const;
  process.stdout.write(`${JSON.stringify(await continueTurn(workspace.value, turn))}\n`);
  setInterval(() => undefined, 1_000);
}

void endTurn(...process.argv.slice(2));
