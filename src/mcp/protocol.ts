import { ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import { HOOK_TOOL } from "../hosts/hook-template.ts";
import { refused, type Refusal, type Result } from "../plan/refusal.ts";
import { suggest } from "../plan/suggest.ts";
import { version } from "../version.ts";
import { nothingFor } from "./hook.ts";
import { stopOf, toToolResult } from "./answer.ts";
import { jsonSchemaOf } from "./arguments.ts";
import type { Tool } from "./tool.ts";
import { withPlan } from "./tools/table.ts";

/** What a host gets that was told to leave Holdfast off: a server with nothing in it. */
export function silentServer(): Server {
  const server = new Server({ name: "holdfast", version }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({ tools: [] }));
  const off = refused("off", "HOLDFAST=off: Holdfast does nothing here");
  server.setRequestHandler("tools/call", ({ params }) =>
    params.name === HOOK_TOOL ? nothingFor(params.arguments) : toToolResult(off),
  );
  return server;
}

/** None of ours changes anything outside the workspace, or what cannot be brought back. */
export const describeTool = ({ name, description, input, isReading }: Tool) => ({
  name,
  description,
  inputSchema: jsonSchemaOf(input) as { type: "object" },
  annotations: isReading === true ? { readOnlyHint: true } : { destructiveHint: false, openWorldHint: false },
});

/** How what is not there is told where the protocol has no result for it. */
export const protocolError = ({ message, hint }: Refusal): ProtocolError =>
  new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    hint === undefined ? message : `${message}${stopOf(message)} ${hint}`,
  );

export function noSuchTool(name: string): Result<never> {
  const names = withPlan.map((tool) => tool.name);
  const near = suggest(name, names);
  return refused("no-such-tool", `there is no tool ${JSON.stringify(name.slice(0, 80))}`, {
    hint: near.length > 0 ? `did you mean ${near.join(", ")}?` : `one of ${names.join(", ")}`,
  });
}
