import { textOf } from "../payload.ts";
import type { Conversations } from "./conversation.ts";
import { fieldsOf, idOf } from "./fields.ts";
import { actingSession } from "./conversation.ts";

/** A tool for the model, whose schema is JSON Schema; it checks its arguments itself. */
export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly run: (args: unknown, caller: { readonly session: string; readonly cwd: string }) => Promise<string>;
}

/** Our tools as OpenCode takes them from a plugin. */
export function hostTools(tools: readonly OfferedTool[], conversations: Conversations) {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const table = Object.fromEntries(
    tools.map(({ name, description, schema, run }) => [
      name,
      {
        description,
        // It takes each of these for required; `define` puts that right.
        args: fieldsOf(schema["properties"]),
        execute: async (args: unknown, context: unknown): Promise<string> => {
          const id = idOf(fieldsOf(context), "sessionID");
          if (id === undefined) return "OpenCode did not say which conversation this is.";
          const conversation = await conversations.known(id);
          return run(args, { session: actingSession(conversation), cwd: conversation.directory });
        },
      },
    ]),
  );
  /** Shows the model the schema as it is. */
  const define = async (input: unknown, output: unknown): Promise<void> => {
    const tool = byName.get(textOf(fieldsOf(input), "toolID") ?? "");
    if (tool !== undefined) (output as Record<string, unknown>)["jsonSchema"] = tool.schema;
  };
  return { table, define };
}
