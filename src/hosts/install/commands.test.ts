import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { tempDir, writeFiles } from "../../workspace/git-fixture.ts";
import { personalGuard, sharedCommand, sharedGuard, sharedServer, type Guarded } from "./commands.ts";

let root: string;
let home: string;

const PATH = "/usr/bin:/bin";

/** A program in the place of Holdfast that says what it was called with. */
function program(path: string, body = 'echo "$@"; cat'): string {
  writeFiles(home, { [path]: `#!/bin/sh\n${body}\n` });
  chmodSync(join(home, path), 0o755);
  return join(home, path);
}

const run = (command: string, { input = "", cwd = root, env = {} } = {}) => {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
    cwd,
    input,
    encoding: "utf8",
    env: { HOME: home, PATH, ...env },
  });
  return { status, stdout, stderr };
};

const NOTHING = { status: 0, stdout: "", stderr: "" };

beforeEach(() => {
  root = join(tempDir(), "with space");
  home = tempDir();
  mkdirSync(join(root, "deep", "er"), { recursive: true });
});

describe.each(["personal", "shared"] as const)("the %s guard", (kind) => {
  const guard = (body?: string, guarded: Guarded = "shell"): string => {
    const launcher = program(".local/share/holdfast/holdfast", body);
    const folder = "${CLAUDE_PROJECT_DIR:-$PWD}";
    return kind === "personal"
      ? personalGuard(folder, launcher, "claude", guarded)
      : sharedGuard(folder, "claude", guarded);
  };
  const turnOn = (): void => writeFiles(root, { ".planning/.local/guard": "" });

  test("ends at once while no guard is on", () => {
    writeFiles(root, { ".planning/.local/clone.json": "{}" });
    expect(run(guard("exit 1"), { input: "holdfast" })).toEqual(NOTHING);
  });

  test("asks Holdfast while one is on, from anywhere below and wherever the agent stands", () => {
    turnOn();
    const asked = { status: 0, stdout: 'hook claude\n{"a":"b"}', stderr: "" };
    const input = '{"a":"b"}';
    expect(run(guard(), { input })).toEqual(asked);
    expect(run(guard(), { input, cwd: join(root, "deep", "er") })).toEqual(asked);
    const env = { CLAUDE_PROJECT_DIR: join(root, "deep") };
    expect(run(guard(), { input, cwd: home, env })).toEqual(asked);
  });

  test("refuses what concerns Holdfast's files if that fails, and nothing else", () => {
    turnOn();
    for (const body of ["exit 1", "kill -9 $$", "exec /gone"]) {
      expect(run(guard(body), { input: "edit .planning/x" })).toMatchObject({ status: 2, stdout: "" });
      expect(run(guard(body), { input: "prompt: Task ID: T1" })).toMatchObject({ status: 2 });
      expect(run(guard(body), { input: "edit src/a.ts" })).toMatchObject({ status: 0 });
    }
  });

  test("asks about calls that fit a pattern of the mark, and about no other", () => {
    writeFiles(root, { ".planning/.local/guard": "*.planning*\nshell*rm *-*r*\n" });
    for (const input of ["edit .planning/x", String.raw`{"command":"touch .pl\"\"anni'ng'/x"}`, "rm -v -r ."]) {
      expect(run(guard(), { input }).stdout).toContain("hook claude");
    }
    for (const input of ["npm test", "{}", ""]) expect(run(guard("exit 1"), { input })).toEqual(NOTHING);
    for (const guarded of ["edit", "write"] as const) {
      expect(run(guard("exit 1", guarded), { input: "rm -v -r ." })).toEqual(NOTHING);
      expect(run(guard(undefined, guarded), { input: "file .planning/x" }).stdout).toContain("hook claude");
    }
  });

  test.each(["shell", "edit", "write"] as const)(
    "takes a %s in as it was written, on one line or on many",
    (guarded) => {
      turnOn();
      const input = String.raw`{"command": "touch .planning/a\\b   c\n"}`;
      for (const text of [input, `${input}\n`])
        expect(run(guard(undefined, guarded), { input: text }).stdout).toBe(`hook claude\n${input}`);
      const lines = run(guard(undefined, guarded), { input: JSON.stringify(JSON.parse(input), null, 2) }).stdout;
      expect(JSON.parse(lines.slice("hook claude\n".length))).toEqual(JSON.parse(input));
    },
  );

  test("finds the mark from a checkout elsewhere", () => {
    const git = join(home, "repository", ".git");
    writeFiles(git, { "holdfast/guard": "*planning*\n", "worktrees/w/HEAD": "" });
    for (const to of [join(git, "worktrees", "w"), relative(root, join(git, "worktrees", "w"))]) {
      writeFiles(root, { ".git": `gitdir: ${to}\n` });
      expect(run(guard(), { input: "planning" }).stdout).toContain("hook claude");
      expect(run(guard("exit 1"), { input: "other" })).toEqual(NOTHING);
    }
  });

  test("finds the mark of a folder that has another name, and refuses what names it where Holdfast fails", () => {
    writeFiles(root, { ".git/holdfast/guard": "edit*\n*.plans*\nshell*git*clean*\n", ".git/holdfast/workspace": "" });
    expect(run(guard(), { input: "cat .plans/x", cwd: join(root, "deep", "er") }).stdout).toContain("hook claude");
    expect(run(guard("exit 1"), { input: "ls src" })).toEqual(NOTHING);
    expect(run(guard("exit 1"), { input: "rm .plans/x" })).toMatchObject({ status: 2 });
    expect(run(guard("exit 1"), { input: "git clean -n", env: { k: "*" } })).toMatchObject({ status: 0 });
    expect(run(guard(undefined, "spawn")).stdout).toBe("hook claude\n");
  });

  test("for subagents asks in every workspace, and in no other folder", () => {
    expect(run(guard("exit 1", "spawn"), { input: "Task ID: T1" })).toEqual(NOTHING);
    writeFiles(root, { ".holdfast/.local/clone.json": "{}" });
    expect(run(guard(undefined, "spawn")).stdout).toBe("hook claude\n");
  });
});

test("a guard without a program lets everything pass: Holdfast is not there", () => {
  writeFiles(root, { ".planning/.local/guard": "" });
  const input = "edit .planning/x";
  expect(run(personalGuard("$PWD", "/gone/holdfast", "codex", "shell"), { input })).toEqual(NOTHING);
  expect(run(sharedGuard("$PWD", "codex", "shell"), { input })).toEqual(NOTHING);
});

describe("what is shared", () => {
  const command = sharedCommand("${CLAUDE_PROJECT_DIR:-.}", "hook claude");

  test("does nothing where nobody has Holdfast", () => {
    expect(run(command, { input: "{}" })).toEqual(NOTHING);
  });

  test("takes the repository's own program, else the account's, else the one on the path", () => {
    program("bin/holdfast", "echo path");
    const env = { PATH: `${join(home, "bin")}:${PATH}` };
    expect(run(command, { env }).stdout).toBe("path\n");
    program(".local/share/holdfast/holdfast", "echo account");
    expect(run(command, { env }).stdout).toBe("account\n");
    writeFiles(root, { "node_modules/.bin/holdfast": "#!/bin/sh\necho repository\n" });
    chmodSync(join(root, "node_modules", ".bin", "holdfast"), 0o755);
    expect(run(command, { env }).stdout).toBe("repository\n");
  });

  test("is a server that offers nothing where nobody has Holdfast, until its input ends", () => {
    const { command: shell, args } = sharedServer();
    const requests = [
      { jsonrpc: "2.0", id: 0, method: "initialize", params: {} },
      { jsonrpc: "2.0", method: "notifications/initialized" },
      { jsonrpc: "2.0", id: 17, method: "tools/list" },
    ];
    const input = requests.map((request) => `${JSON.stringify(request)}\n`).join("");
    const { status, stdout } = spawnSync(shell, [...args], {
      input,
      encoding: "utf8",
      cwd: root,
      env: { HOME: home, PATH },
    });
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: number; result: object });
    expect({ status, ids: answers.map(({ id }) => id) }).toEqual({ status: 0, ids: [0, 17] });
    expect(answers[0]?.result).toMatchObject({ capabilities: {}, serverInfo: { name: "holdfast" } });
  });
});
