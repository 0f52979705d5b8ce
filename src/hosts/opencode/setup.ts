import { asPayload, textOf } from "../payload.ts";
import type { Door } from "./door.ts";
import { fieldsOf, idOf } from "./fields.ts";

/** What OpenCode 2.x gives to a plugin, as far as it is there. */
type Setup = (context: unknown) => Promise<void>;

type Register = (name: string, run: (event: unknown) => Promise<void>) => unknown;

/** What works on 1.18 and is not done on 2.x, whatever that offers. */
const NOT_YET = ["tools", "the guard", "continuation", "titles", "todos"] as const;

/**
 * What OpenCode 2.x calls. 1.18 calls it too, after the real entry and without conversations: then there is nothing to
 * do. On 2.x the plan is put into the system text, and what is missing is said; it has not been run on a live 2.x.
 */
export const makeSetup =
  (door: Door, say: (text: string) => void): Setup =>
  async (context) => {
    const fields = fieldsOf(context);
    const session = fields["session"];
    if (asPayload(session) === undefined && fields["tool"] === undefined && fields["event"] === undefined) return;
    const hook = fieldsOf(session)["hook"];
    const directory = textOf(fieldsOf(fields["location"]), "directory");
    const missing: string[] = [...NOT_YET];
    if (typeof hook !== "function" || directory === undefined) missing.unshift("context");
    else {
      await (hook as Register).call(session, "context", (event) => addContext(door, directory, event));
    }
    say(
      `Holdfast on this OpenCode does without ${missing.join(", ")}: add its MCP server (holdfast mcp) for the tools.`,
    );
  };

async function addContext(door: Door, directory: string, event: unknown): Promise<void> {
  try {
    const id = idOf(fieldsOf(event), "sessionID");
    const { system } = fieldsOf(event);
    if (id === undefined || !Array.isArray(system)) return;
    const sight = await door.look(`opencode:${id}`, directory);
    if (sight === undefined) return;
    // The moving part behind the stable one, so that the bytes before it stay the same.
    const moving = sight.moving === undefined ? "" : sight.moving.frame(sight.moving.lines, false);
    for (const text of [sight.stable, moving]) if (text !== "") system.push({ type: "text", text });
  } catch (error) {
    door.note(directory, "system.transform", error);
  }
}
