import { command, defineCommand, type Command } from "../command.ts";

export const mcp = defineCommand({
  path: ["mcp"],
  summary: "Serve plans to an agent as MCP tools, on standard input and output",
  description: `For the MCP settings of a host, which starts it and ends it; see docs/mcp.md. Nobody is served at a terminal.
With HOLDFAST=off it offers nothing.`,
  examples: [{ run: "holdfast mcp", does: "speak MCP with the program that started it, until that ends" }],
});

export const commands: readonly Command[] = [command(mcp, async () => (await import("./mcp/serve.ts")).serve)];
