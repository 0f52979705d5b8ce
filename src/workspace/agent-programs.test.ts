import { describe, expect, test } from "vitest";
import { agentOf, agentVariable } from "./agent-programs.ts";

const seen = (argv: string, comm = "", exe?: string) =>
  agentOf({ comm, argv: argv.split(" "), ...(exe !== undefined && { exe }) });

describe("an agent is known", () => {
  test.each([
    ["/home/u/.local/bin/claude --resume", "claude"],
    ["claude", "claude"],
    ["codex exec go", "codex"],
    ["/opt/vendor/x86_64/codex/codex", "codex"],
    ["C:\\Tools\\opencode.exe run", "opencode"],
    ["/usr/lib/node_modules/.bin/.opencode", "opencode"],
    ["traecli", "traecli"],
    ["coco", "coco"],
    ["/usr/local/bin/cursor-agent", "cursor-agent"],
    ["node /usr/lib/node_modules/@anthropic-ai/claude-code/cli.js -p hello", "@anthropic-ai/claude-code"],
    ["/usr/bin/node --max-old-space-size=4096 -r ./hook.js /usr/bin/gemini", "gemini"],
    ["bun run /opt/bin/opencode.ts", "opencode"],
    ["deno run -A goose.ts", "goose"],
    ["/bin/sh /usr/local/bin/claude -c", "claude"],
    ["bash -e -o pipefail /usr/local/bin/codex", "codex"],
    ["python3.12 -m aider.main --yes", "aider"],
    ["/usr/bin/python3 /home/u/.local/bin/aider", "aider"],
    ["node -- /usr/bin/qwen", "qwen"],
  ])("by its command line: %s", (argv, agent) => {
    expect(seen(argv)).toBe(agent);
  });

  test("by the system's name for it, and by the file that runs", () => {
    expect(seen("[renamed]", "claude")).toBe("claude");
    expect(seen("2.1.0", "2.1.0", "/home/u/.local/share/claude/versions/2.1.0")).toBe("share/claude/versions");
    expect(agentOf({ comm: "goose", argv: [] })).toBe("goose");
  });
});

describe("no agent is", () => {
  test.each([
    "-bash",
    "/bin/zsh -il",
    "tmux new-session",
    "sshd: claude@pts/0",
    "vim /home/claude/notes.md",
    "/home/claude/bin/make",
    "/home/u/claude/versions/tool",
    "node /home/claude/server.js",
    "node build.js claude",
    "node -e claude",
    "node /home/u/codex/index.js",
    "bash -c claude",
    "sh -lc codex",
    "python3 train.py gemini",
    "python3 -c aider",
    "grep claude notes.txt",
    "claudette",
    "my-codex",
    "node",
    "",
  ])("%s", (argv) => {
    expect(seen(argv)).toBeUndefined();
  });
});

test("variables that only an agent sets give it away, where they are not empty", () => {
  expect(agentVariable({ CLAUDECODE: "1" })).toBe("CLAUDECODE");
  expect(agentVariable({ CODEX_THREAD_ID: "x" })).toBe("CODEX_THREAD_ID");
  expect(agentVariable({ AI_AGENT: "any" })).toBe("AI_AGENT");
  expect(agentVariable({ CLAUDECODE: "", CODEX_HOME: "/h", PATH: "/bin", SSH_AGENT_PID: "7" })).toBeUndefined();
});
