import { refused } from "../../../plan/refusal.ts";
import type { Run } from "../../command.ts";
import type { mcp } from "../mcp.ts";

export const serve: Run<typeof mcp> = async (_input, { io, global }) => {
  if (io.stdin.isTTY === true) {
    return refused("usage-no-host", "this speaks to a host's program, and here is a terminal", {
      hint: "put it into the host's MCP settings: docs/mcp.md",
    });
  }
  const { serveMcp } = await import("../../../mcp/serve.ts");
  const { root, session, plan } = global;
  const env = {
    ...io.env,
    ...(root === undefined ? {} : { HOLDFAST_ROOT: root }),
    ...(session === undefined ? {} : { HOLDFAST_SESSION: session }),
    ...(plan === undefined ? {} : { HOLDFAST_PLAN: plan }),
  };
  await serveMcp({ cwd: io.cwd, env });
  return undefined;
};
