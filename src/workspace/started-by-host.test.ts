import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { readerOfLists, type ProcessSight } from "./process-table.ts";
import { environmentOf, isChildOfHost, isStartedByHost } from "./started-by-host.ts";

let pid = 100;
const sight = (session: string | undefined, ...argv: readonly string[]): ProcessSight => ({
  pid: (pid += 1),
  parent: pid + 1,
  comm: (argv[0] ?? "").split("/").at(-1) ?? "",
  argv,
  ...(session === undefined ? {} : { session }),
});

const DAEMON = ["/home/a/.codex/packages/codex", "app-server", "--listen", "unix://", "--managed-daemon"] as const;
const HOLDFAST = ["node", "/usr/lib/holdfast.js", "mcp"] as const;
const server = (session?: string) => sight(session, ...HOLDFAST);
const zsh = (session?: string) => sight(session, "-zsh");

describe("a server counts as the host's own", () => {
  test.each([
    ["claude", [server("7"), sight("7", "/opt/claude"), zsh("7"), sight("1", "tmux")]],
    ["claude", [server("7"), sight("7", "/home/a/.local/share/claude/versions/2.1.197"), zsh("7")]],
    ["claude", [server("7"), sight("7", "node", "/lib/node_modules/@anthropic-ai/claude-code/cli.js"), zsh("7")]],
    ["codex", [server("7"), sight("7", "/v/bin/codex"), sight("7", "node", "/n/@openai/codex/bin/codex.js"), zsh("7")]],
    ["codex", [server("7"), sight("7", "/v/bin/codex", "app-server"), sight("7", "code")]],
    ["codex", [server("9"), sight("9", ...DAEMON), sight("1", "init")]],
    ["codex", [server("9"), sight("9", ...DAEMON), sight("7", "/v/codex"), sight("7", "node", "/n/codex"), zsh("7")]],
  ] as const)("where %s itself started it, or its launcher did: %#", (host, lineage) => {
    expect(isChildOfHost(lineage, host)).toBe(true);
  });

  test.each<[string, readonly ProcessSight[] | undefined]>([
    ["nothing can be seen", undefined],
    ["nothing started it", [server("7")]],
    ["its session is not told", [server(), sight(undefined, "claude"), zsh()]],
    ["a shell stands between", [server("7"), sight("7", "/bin/bash", "-c", "holdfast mcp"), sight("7", "claude")]],
    ["a package runner stands between", [server("7"), sight("7", "npm exec holdfast mcp"), sight("7", "claude")]],
    ["the shell that the agent had put itself away", [server("9"), sight("7", "claude"), zsh("7")]],
    ["another host started it", [server("7"), sight("7", "codex"), zsh("7")]],
    ["no host started it", [server("7"), zsh("7")]],
    [
      "an agent's shell started the host",
      [server("9"), sight("9", "claude", "-p", "go"), zsh("9"), sight("7", "claude")],
    ],
    [
      "an agent's shell became the host",
      [server("9"), sight("9", "claude", "-p", "go"), sight("7", "claude"), zsh("7")],
    ],
    ["another agent started the host", [server("7"), sight("7", "claude"), zsh("7"), sight("7", "aider")]],
  ])("not where %s", (_, lineage) => {
    expect(isChildOfHost(lineage, "claude")).toBe(false);
  });
});

test.each<[string, readonly ProcessSight[]]>([
  ["an agent's shell started the terminal that started it", [sight("8", "codex"), zsh("8"), sight("7", "codex")]],
  ["an agent's shell became that terminal", [sight("8", "codex"), sight("7", ...DAEMON), zsh("7")]],
  ["another agent started that terminal", [sight("8", "codex"), zsh("8"), sight("7", "claude")]],
  ["a server in the background started it", [sight("8", ...DAEMON), zsh("8")]],
])("nor where a server in the background did, and %s", (_, above) => {
  expect(isChildOfHost([server("9"), sight("9", ...DAEMON), ...above], "codex")).toBe(false);
});

test("a server that is spoken to over a pipe is in nobody's background", () => {
  const lineage = [server("9"), sight("9", "codex", "app-server"), sight("7", "codex"), zsh("7")];
  expect(isChildOfHost(lineage, "codex")).toBe(false);
});

test("where the system tells no sessions, the terminal stands for it: what has left its session has none", () => {
  const names = "  10     1 claude\n  11    10 node\n  12    10 node\n";
  const read = readerOfLists(names, "  10 claude\n  11 node a\n  12 node b\n", "  10 ttys001\n  11 ttys001\n  12 ??\n");
  expect([10, 11, 12].map((id) => read(id)?.session)).toEqual(["ttys001", "ttys001", undefined]);
});

test.skipIf(process.platform !== "linux")(
  "what a process was started with can be seen, that of no process cannot",
  async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { env: { CLAUDECODE: "1", A: "b=c" } });
    await once(child, "spawn");
    expect(environmentOf(child.pid!)).toMatchObject({ CLAUDECODE: "1", A: "b=c" });
    child.kill("SIGKILL");
    await once(child, "close");
    expect(environmentOf(2 ** 30)).toEqual({});
  },
);

test("what runs these tests is no host", async () => {
  expect(await isStartedByHost("claude")).toBe(false);
  expect(await isStartedByHost("codex")).toBe(false);
});
