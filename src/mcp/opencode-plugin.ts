import { engineDoor } from "../hosts/opencode/engine-door.ts";
import type { OfferedTool } from "../hosts/opencode/host-tools.ts";
import { hasLeftRunning, isOnePrompt, personsHost } from "../hosts/opencode/persons-host.ts";
import { makeServer } from "../hosts/opencode/plugin.ts";
import { makeSetup } from "../hosts/opencode/setup.ts";
import { Workspace } from "../engine/workspace.ts";
import { toToolResult } from "./answer.ts";
import { jsonSchemaOf, parseArguments } from "./arguments.ts";
import type { Tool } from "./tool.ts";
import { withPlan } from "./tools/table.ts";

const { argv, env, pid } = process;
const door = engineDoor({ env, pid, isHeadless: isOnePrompt(argv) });

/** As OpenCode names the tools of an MCP server, since it has a `task` of its own; those of goals are known by theirs. */
const nameOf = ({ name }: Tool): string => (name.startsWith("goal_") ? name : `holdfast_${name}`);

/** A tool of the MCP server as a plugin offers it: the same schema, the same checks, the same text. */
const offer = (tool: Tool): OfferedTool => ({
  name: nameOf(tool),
  description: tool.description,
  schema: jsonSchemaOf(tool.input),
  run: async (args, { session, cwd }) => {
    const workspace = await Workspace.open({ cwd, env: { ...env, HOLDFAST_PID: String(pid) }, session });
    if (!workspace.ok) return textOf(workspace);
    try {
      const parsed = parseArguments(tool.input, args);
      return textOf(parsed.ok ? await tool.run(parsed.value, workspace.value) : parsed);
    } finally {
      workspace.value.close();
    }
  },
});

const textOf = (result: Parameters<typeof toToolResult>[0]): string =>
  toToolResult(result)
    .content.map((part) => (part.type === "text" ? part.text : ""))
    .join("\n");

const isPersonsHost = personsHost();
const isPersons = async (): Promise<boolean> => !hasLeftRunning() && (await isPersonsHost());

const timers = {
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** What OpenCode loads: `server` on 1.18, `setup` on 2.x. */
// oxlint-disable-next-line import/no-default-export -- it takes nothing else.
export default {
  id: "holdfast",
  server: makeServer({ door, timers, tools: withPlan.map(offer), isPersons, env, pid }),
  setup: makeSetup(door, (text) => process.stderr.write(`${text}\n`)),
};
