import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attemptDiff, type AttemptDiff } from "../../src/engine/attempts/attempt-diff.ts";
import { takeTask } from "../../src/engine/tasks/task-claim.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { taskById } from "../../src/plan/graph.ts";
import { makeRepository, runGit, tempDir, valueOf } from "../../src/workspace/git-fixture.ts";
import { runCli } from "../kit/cli.ts";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";

const lead = "claude:lead";

/** Two free tasks, with a check each so that content is looked at; `lead` writes the plan. */
async function begin(): Promise<Desk> {
  const desk = new Desk();
  await desk.doAs(lead, "plan", "new", "Faster start", "--slug", "fast");
  for (const id of ["T1", "T2"]) await desk.doAs(lead, "task", "add", `Do ${id}`, "--id", id);
  await desk.doAs(lead, "check", "add", "unit", "--kind", "command", "--task", "T1", "--", "true");
  return desk;
}

const write = (desk: Desk, name: string, text: string): void => writeFileSync(desk.path(name), text);

async function diffOf(desk: Desk, id: string): Promise<AttemptDiff> {
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env() }));
  const store = valueOf(workspace.plan("fast", { isReading: true }));
  try {
    return valueOf(await attemptDiff(workspace, store.state, taskById(store.state, id)!));
  } finally {
    store.close();
    workspace.close();
  }
}

/** A file that a tool of a host writes. */
async function edit(hooks: HookDesk, name: string): Promise<void> {
  write(hooks.desk, name, `${name}\n`);
  const file = { file_path: hooks.desk.path(name) };
  await hooks.send("PostToolUse.Write", { tool_input: file, tool_use_id: name });
}

interface TaskView {
  readonly claim?: { readonly session: string; readonly fence: string };
  readonly attempts: readonly { readonly base?: unknown }[];
}

const taskOf = async (desk: Desk): Promise<TaskView> =>
  (await desk.json<{ readonly task: TaskView }>("task", "show", "T1")).task;

const pathsOf = ({ files }: AttemptDiff): readonly string[] => files.map(({ path }) => path);

/** Without what others have changed. */
const ownOf = ({ digest, files, unattributed }: AttemptDiff) => ({ digest, files, unattributed });

describe("what an attempt that is alone has changed", () => {
  test("is the difference from the tree that it began on: edits, new files, moves and removals, not what was dirty before", async () => {
    const desk = await begin();
    write(desk, "before.txt", "mine, not its\n");
    write(desk, "moved.txt", "to be moved\n");
    await desk.doAs(lead, "task", "claim", "T1");
    expect((await diffOf(desk, "T1")).files).toEqual([]);
    write(desk, "new.txt", "new\n");
    renameSync(desk.path("moved.txt"), desk.path("there.txt"));
    expect(await diffOf(desk, "T1")).toMatchObject({
      basis: "tree",
      files: [
        { path: "moved.txt", how: "deleted" },
        { path: "new.txt", how: "added" },
        { path: "there.txt", how: "added" },
      ],
      unattributed: [],
    });
  });

  test("is the same after a commit, another after an edit, and nothing once the edit is put back", async () => {
    const desk = await begin();
    await desk.doAs(lead, "task", "claim", "T1");
    const { digest: none } = await diffOf(desk, "T1");
    write(desk, "new.txt", "new\n");
    const { digest } = await diffOf(desk, "T1");
    runGit(desk.root, "add", "-A");
    runGit(desk.root, "commit", "-q", "-m", "work");
    expect((await diffOf(desk, "T1")).digest).toBe(digest);
    write(desk, "new.txt", "newer\n");
    expect((await diffOf(desk, "T1")).digest).not.toBe(digest);
    rmSync(desk.path("new.txt"));
    expect(await diffOf(desk, "T1")).toMatchObject({ files: [], digest: none });
  });

  test("is recorded as it ends, and what others do afterwards is not its own", async () => {
    const desk = await begin();
    await desk.doAs(lead, "task", "claim", "T1");
    write(desk, "new.txt", "new\n");
    await desk.doAs(lead, "task", "implemented", "T1");
    const { task } = await desk.json<{ task: { attempts: { files: unknown }[] } }>("task", "show", "T1");
    const { digest } = await diffOf(desk, "T1");
    expect(task.attempts).toMatchObject([{ files: { own: ["new.txt"], ownCount: 1, unattributedCount: 0, digest } }]);
    write(desk, "later.txt", "of another\n");
    runGit(desk.root, "add", "later.txt");
    runGit(desk.root, "commit", "-q", "-m", "of another");
    const hooks = new HookDesk(desk, "lead");
    await desk.doAs(lead, "task", "claim", "T2");
    await edit(hooks, "next.txt");
    const later = await diffOf(desk, "T1");
    expect([pathsOf(later), later.digest]).toEqual([["new.txt"], digest]);
    write(desk, "new.txt", "changed after all\n");
    expect((await diffOf(desk, "T1")).digest).not.toBe(digest);
  });

  test("has changed again where its conversation goes on with it after the end, until it is done", async () => {
    const desk = await begin();
    await desk.doAs(lead, "task", "claim", "T1");
    write(desk, "new.txt", "new\n");
    await desk.doAs(lead, "task", "implemented", "T1");
    const { digest } = await diffOf(desk, "T1");
    await edit(new HookDesk(desk, "lead"), "tool.txt");
    write(desk, "shell.txt", "by a command\n");
    const after = await diffOf(desk, "T1");
    expect([pathsOf(after), after.digest === digest]).toEqual([["new.txt", "tool.txt"], false]);
    await edit(new HookDesk(desk, "else"), "theirs.txt");
    runGit(desk.root, "add", "-A");
    runGit(desk.root, "commit", "-q", "-m", "all");
    expect(ownOf(await diffOf(desk, "T1"))).toEqual(ownOf(after));
    await desk.doAs(lead, "verify", "--task", "T1");
    await desk.doAs(lead, "task", "done", "T1");
    await edit(new HookDesk(desk, "lead"), "later.txt");
    expect(pathsOf(await diffOf(desk, "T1"))).toEqual(["new.txt", "tool.txt"]);
  });

  test("goes by the commit where nothing is to be proven, or where the kept list is gone", async () => {
    const desk = await begin();
    for (const name of ["kept-ü.txt", "straße.txt"]) write(desk, name, "as it was\n");
    runGit(desk.root, "add", "-A");
    runGit(desk.root, "commit", "-q", "-m", "before");
    await desk.doAs(lead, "task", "claim", "T1");
    write(desk, "new.txt", "new\n");
    write(desk, "straße.txt", "edited\n");
    const files = [
      { path: "new.txt", how: "added" },
      { path: "straße.txt", how: "changed" },
    ];
    expect(await diffOf(desk, "T1")).toMatchObject({ basis: "tree", files });
    rmSync(desk.path(".planning", ".local", "bases"), { recursive: true });
    expect(await diffOf(desk, "T1")).toMatchObject({ basis: "commit", files });
  });
});

test("of subagents that were started at once, whose is whose is told as late as their calls return", async () => {
  const desk = await begin();
  const hooks = new HookDesk(desk, "lead");
  for (const id of ["T1", "T2"]) {
    await hooks.send("PreToolUse.Agent", { tool_input: { prompt: `Task ID: ${id}` }, tool_use_id: id });
  }
  for (const agent of ["a1", "a2"]) await hooks.send("SubagentStart", { agent_id: agent });
  for (const agent of ["a1", "a2"]) {
    write(desk, `${agent}.txt`, agent);
    const file = { file_path: desk.path(`${agent}.txt`) };
    await hooks.send("PostToolUse.Write", { tool_input: file, tool_use_id: `w-${agent}`, agent_id: agent });
  }
  for (const [agent, call] of [
    ["a1", "T1"],
    ["a2", "T2"],
  ] as const) {
    await hooks.send("SubagentStop", { agent_id: agent, last_assistant_message: "Result: implemented" });
    await hooks.send("PostToolUse.Agent", {
      tool_input: {},
      tool_use_id: call,
      tool_response: { status: "completed", agentId: agent },
    });
  }
  expect(pathsOf(await diffOf(desk, "T1"))).toEqual(["a1.txt"]);
  expect(pathsOf(await diffOf(desk, "T2"))).toEqual(["a2.txt"]);
});

describe("a task that is tried again", () => {
  test("has changed what all its attempts have, from what the first began on", async () => {
    const desk = await begin();
    await desk.doAs(lead, "task", "claim", "T1");
    write(desk, "first.txt", "first\n");
    write(desk, "both.txt", "first\n");
    await desk.doAs(lead, "task", "implemented", "T1");
    const { digest } = await diffOf(desk, "T1");
    await desk.doAs(lead, "task", "retry", "T1", "--note", "again");
    write(desk, "between.txt", "by a person\n");
    await desk.doAs(lead, "task", "claim", "T1");
    expect(await diffOf(desk, "T1")).toMatchObject({ digest, files: [{ path: "both.txt" }, { path: "first.txt" }] });
    write(desk, "both.txt", "second\n");
    rmSync(desk.path("first.txt"));
    write(desk, "second.txt", "second\n");
    const fence = (await taskOf(desk)).claim?.fence ?? "";
    await desk.doAs(lead, "task", "implemented", "T1", "--fence", fence);
    expect(await diffOf(desk, "T1")).toMatchObject({
      basis: "tree",
      files: [
        { path: "both.txt", how: "added" },
        { path: "second.txt", how: "added" },
      ],
      unattributed: [],
    });
    const { attempts } = await taskOf(desk);
    expect(attempts.at(-1)).toMatchObject({ since: attempts[0]?.base, files: { own: ["both.txt", "second.txt"] } });
  });

  test("keeps what the tools of an attempt changed that crashed", async () => {
    const desk = await begin();
    const hooks = new HookDesk(desk, "lead");
    const spawn = (call: string) =>
      hooks.send("PreToolUse.Agent", { tool_input: { prompt: "Task ID: T1" }, tool_use_id: call });
    await spawn("c1");
    await hooks.send("SubagentStart", { agent_id: "a1" });
    write(desk, "left.txt", "left\n");
    await hooks.send("PostToolUse.Write", {
      tool_input: { file_path: desk.path("left.txt") },
      tool_use_id: "w",
      agent_id: "a1",
    });
    await hooks.send("SubagentStop", { agent_id: "a1", last_assistant_message: "" });
    await spawn("c2");
    expect(pathsOf(await diffOf(desk, "T1"))).toEqual(["left.txt"]);
  });
});

describe("in a checkout that is shared", () => {
  test("what a tool has changed is its session's, and what nobody's tool has changed is nobody's", async () => {
    const desk = await begin();
    const [one, two] = [new HookDesk(desk, "one"), new HookDesk(desk, "two")];
    await desk.doAs(one.session, "task", "claim", "T1");
    await desk.doAs(two.session, "task", "claim", "T2");
    for (const [hooks, name] of [
      [one, "one.txt"],
      [two, "two.txt"],
    ] as const) {
      write(desk, name, name);
      await hooks.send("PostToolUse.Write", { tool_input: { file_path: desk.path(name) }, tool_use_id: name });
    }
    write(desk, "shell.txt", "by a command");
    expect(await diffOf(desk, "T1")).toMatchObject({
      files: [{ path: "one.txt" }],
      unattributed: [{ path: "shell.txt" }],
    });
    expect(await diffOf(desk, "T2")).toMatchObject({
      files: [{ path: "two.txt" }],
      unattributed: [{ path: "shell.txt" }],
    });
  });

  test("a subagent's files are its attempt's, those of one without a task its conversation's", async () => {
    const desk = await begin();
    const hooks = new HookDesk(desk, "lead");
    await desk.doAs(lead, "task", "claim", "T2");
    const input = { prompt: "Task ID: T1", subagent_type: "x" };
    await hooks.send("PreToolUse.Agent", { tool_input: input, tool_use_id: "c1" });
    await hooks.send("SubagentStart", { agent_id: "a1" });
    for (const agent of ["a1", "a9"]) {
      write(desk, `${agent}.txt`, agent);
      const file = { file_path: desk.path(`${agent}.txt`) };
      await hooks.send("PostToolUse.Write", { tool_input: file, tool_use_id: agent, agent_id: agent });
    }
    expect(pathsOf(await diffOf(desk, "T1"))).toEqual(["a1.txt"]);
    expect(pathsOf(await diffOf(desk, "T2"))).toEqual(["a9.txt"]);
  });
});

describe("nobody is credited with what a command has changed", () => {
  const looseOf = async (desk: Desk, id: string) => (await diffOf(desk, id)).unattributed.map(({ path }) => path);

  test("while another session writes the plan in the same checkout", async () => {
    const desk = await begin();
    await desk.doAs("codex:helper", "task", "claim", "T1");
    write(desk, "new.txt", "whose?\n");
    expect(await looseOf(desk, "T1")).toEqual(["new.txt"]);
    await desk.doAs(lead, "session", "release");
    expect(await looseOf(desk, "T1")).toEqual([]);
  });

  test("while another holds a task of another plan there, or an edit tool of theirs has changed something", async () => {
    const desk = await begin();
    await desk.doAs("codex:two", "plan", "new", "Other", "--slug", "other", "--shared");
    await desk.doAs("codex:two", "task", "add", "Else", "--id", "E1");
    await desk.doAs(lead, "task", "claim", "T1");
    write(desk, "new.txt", "whose?\n");
    await desk.doAs("codex:two", "session", "release");
    expect(await looseOf(desk, "T1")).toEqual([]);
    await desk.doAs("codex:three", "task", "claim", "E1", "--plan", "other");
    expect(await looseOf(desk, "T1")).toEqual(["new.txt"]);
    await desk.doAs("codex:three", "task", "release", "E1", "--plan", "other");
    expect(await looseOf(desk, "T1")).toEqual([]);
    const file = { file_path: desk.path("theirs.txt") };
    await new HookDesk(desk, "else").send("PostToolUse.Write", { tool_input: file, tool_use_id: "w" });
    expect(await looseOf(desk, "T1")).toEqual(["new.txt"]);
  });
});

test("where nothing is to be proven a claim records the commit alone, and of no commit nothing", async () => {
  const desk = new Desk();
  await desk.doAs(lead, "plan", "new", "Faster start", "--slug", "fast");
  await desk.doAs(lead, "task", "add", "Do T1", "--id", "T1");
  let shown = "";
  const claimed = async () => {
    await desk.doAs(lead, "task", "claim", "T1");
    shown = await desk.do("task", "show", "T1");
    await desk.doAs(lead, "task", "release", "T1", "--fence", (await taskOf(desk)).claim?.fence ?? "");
    return (await taskOf(desk)).attempts.at(-1)?.base;
  };
  const head = runGit(desk.root, "rev-parse", "HEAD").trim();
  expect(await claimed()).toEqual({ places: { repo: "." }, commits: { repo: head } });
  expect(shown).toContain(`began on repo ${head.slice(0, 12)}\n`);
  runGit(desk.root, "pack-refs", "--all");
  expect(await claimed()).toMatchObject({ commits: { repo: head } });
  runGit(desk.root, "checkout", "-q", "--detach");
  expect(await claimed()).toMatchObject({ commits: { repo: head } });
  runGit(desk.root, "checkout", "-q", "--orphan", "new");
  expect(await claimed()).toEqual({ places: { repo: "." } });
});

test("an attempt whose process is gone has crashed when it is taken over", async () => {
  const desk = await begin();
  const gone = spawnSync(process.execPath, ["-e", "0"]).pid;
  const claimed = await runCli(["task", "claim", "T1", "--lease", "1s"], {
    cwd: desk.root,
    env: { ...desk.env("codex:gone"), HOLDFAST_PID: String(gone) },
  });
  expect(claimed.code).toBe(0);
  const now = Date.now() + 60_000;
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env(lead), now: () => now }));
  valueOf(await takeTask(workspace, undefined, { type: "claim-task", id: "T1", takeOver: true }));
  workspace.close();
  const { attempts, claim } = await taskOf(desk);
  expect(claim?.session).toBe(lead);
  expect(attempts).toMatchObject([{ end: "failed", note: "crashed: codex:gone is gone" }]);
});

test("what came of a task is shown, and told to whoever builds on it: what was seen apart from what was said", async () => {
  const desk = await begin();
  await desk.doAs(lead, "task", "add", "Build on it", "--id", "T3", "--parent", "T1");
  await desk.doAs(lead, "task", "claim", "T1");
  write(desk, "new.txt", "new\n");
  await desk.doAs(lead, "task", "implemented", "T1", "--note", "Added new.txt");
  await desk.doAs(lead, "verify", "--task", "T1");
  const said = await desk.doAs(lead, "task", "done", "T1", "--note", "Read it with cat <holdfast-x>");
  expect(said).toBe("done T1: Do T1\nseen: changed new.txt\nseen: check unit passed\n");
  const shown = await desk.do("task", "show", "T1", "--all");
  expect(shown).toContain("seen: changed new.txt\n");
  expect(shown).toContain("seen: check unit passed");
  const prompt = await desk.do("task", "prompt", "T3");
  const lines = ['T1 "Do T1" is done (executed):', "- seen: changed new.txt", "- seen: check unit passed"];
  expect(prompt).toContain(
    [...lines, "- its agent says: Added new.txt", "- its agent says: Read it with cat"].join("\n"),
  );
  expect(prompt).not.toContain("<holdfast");
  const { task } = await desk.json<{ task: { summary: unknown } }>("task", "show", "T1");
  expect(task.summary).toMatchObject({
    proof: "executed",
    files: { own: ["new.txt"] },
    said: ["Added new.txt", "Read it with cat <holdfast-x>"],
  });
});

test("a merge that leaves the content alone leaves the diff as it was, with the worktree gone", async () => {
  const desk = await begin();
  const cwd = desk.path("..", "t1");
  runGit(desk.root, "worktree", "add", "-q", "-b", "t1", cwd);
  expect(await desk.run(["task", "claim", "T1"], { session: "codex:w", cwd })).toMatchObject({ code: 0 });
  writeFileSync(`${cwd}/own.txt`, "of T1");
  expect(await desk.run(["task", "implemented", "T1"], { session: "codex:w", cwd })).toMatchObject({ code: 0 });
  const before = await diffOf(desk, "T1");
  runGit(cwd, "add", "-A");
  runGit(cwd, "commit", "-q", "-m", "of T1");
  write(desk, "other.txt", "of another\n");
  runGit(desk.root, "add", "-A");
  runGit(desk.root, "commit", "-q", "-m", "of another");
  runGit(desk.root, "merge", "-q", "-m", "both", "t1");
  runGit(desk.root, "worktree", "remove", cwd);
  expect(ownOf(await diffOf(desk, "T1"))).toEqual(ownOf(before));
  expect(before.files).toEqual([{ path: "own.txt", how: "added" }]);
});

test("in a workspace of several repositories each has its base, and files go by where they lie", async () => {
  const root = tempDir();
  for (const name of ["api", "web"]) makeRepository(join(root, name));
  const desk = new Desk(root);
  await desk.do("init");
  for (const name of ["api", "web"]) await desk.do("repo", "add", name);
  await desk.doAs(lead, "plan", "new", "Faster start", "--slug", "fast");
  await desk.doAs(lead, "task", "add", "Do T1", "--id", "T1");
  await desk.doAs(lead, "check", "add", "unit", "--kind", "command", "--repo", "api", "--task", "T1", "--", "true");
  await desk.doAs(lead, "task", "claim", "T1");
  for (const name of ["api", "web"]) write(desk, join(name, "new.txt"), name);
  expect(await diffOf(desk, "T1")).toMatchObject({
    basis: "tree",
    files: [{ path: "api/new.txt" }, { path: "web/new.txt" }],
  });
});

test("in a worktree of its own all that changed is its own, whoever is at work elsewhere", async () => {
  const desk = await begin();
  mkdirSync(desk.path("..", "repo.worktrees"), { recursive: true });
  runGit(desk.root, "worktree", "add", "-q", "-b", "t1", desk.path("..", "repo.worktrees", "t1"));
  const cwd = desk.path("..", "repo.worktrees", "t1");
  const claimed = await desk.run(["task", "claim", "T1"], { session: "codex:w", cwd });
  expect(claimed.code).toBe(0);
  await desk.doAs(lead, "task", "claim", "T2");
  write(desk, "main.txt", "of T2");
  writeFileSync(`${cwd}/own.txt`, "of T1");
  expect(await diffOf(desk, "T1")).toMatchObject({ files: [{ path: "own.txt" }], unattributed: [] });
  expect(pathsOf(await diffOf(desk, "T2"))).toEqual(["main.txt"]);
});
